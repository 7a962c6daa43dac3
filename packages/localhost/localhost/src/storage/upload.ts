import { closeSync, constants, fchmodSync, fdatasync, openSync, rmSync, unlinkSync, write, writeSync } from 'node:fs';
import { opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bodyChunks, type ObjectBody } from '@lithops/core/plugin';
import { isErrno } from './errno.ts';
import { makeFolder, OBJECT_MODE } from './make-folder.ts';
import { statOf } from './object-listing.ts';

/** Unfinished uploads of processes that died are removed when nothing was written to them for this long, in ms. */
const LEFTOVER_MS = 24 * 3_600_000;
/** So many bytes are written sooner than a thread is told to write them. */
const SMALL_BYTES = 64 * 1024;

const datasync = promisify(fdatasync);
const writeByThread = promisify(write);

/**
 * Writes a body into a file of its own in `folder`, to be given its name when it is complete.
 * With `durable` the bytes outlive a crash of the machine.
 * @param explained makes the errors of the file system understood; those of the body stay what they are.
 * @returns the file's path; the caller moves or removes it.
 */
export async function writeUpload(
  folder: string,
  body: ObjectBody,
  { durable, signal }: { readonly durable: boolean; readonly signal: AbortSignal | undefined },
  explained: <Result>(run: () => Promise<Result>) => Promise<Result>,
): Promise<string> {
  const path = join(folder, crypto.randomUUID());
  const fd = await explained(async () => create(folder, path));
  try {
    try {
      if (body instanceof Uint8Array) await explained(() => writeAll(fd, body));
      else for await (const chunk of bodyChunks(body, signal)) await explained(() => writeAll(fd, chunk));
      signal?.throwIfAborted();
      if (durable) await explained(() => datasync(fd));
    } finally {
      await explained(async () => closeSync(fd));
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}

/** Removes an upload; one that was given its name is gone already. */
export function removeUpload(upload: string): void {
  try {
    unlinkSync(upload);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** Removes what dead processes have left in the folder for uploads. */
export async function removeLeftovers(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    const found = await statOf(path);
    if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_MS)
      await rm(path, { force: true, recursive: true });
  }
}

function create(folder: string, path: string): number {
  makeFolder(folder);
  const fd = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, OBJECT_MODE);
  if (OBJECT_MODE !== 0o600) fchmodSync(fd, OBJECT_MODE); // the process's own mask takes bits away
  return fd;
}

async function writeAll(fd: number, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.byteLength) {
    const rest = chunk.subarray(written);
    written += rest.byteLength <= SMALL_BYTES ? writeSync(fd, rest) : (await writeByThread(fd, rest)).bytesWritten;
  }
}
