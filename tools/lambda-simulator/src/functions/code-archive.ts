import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { invalidParameter, ServiceError } from '../api/service-error.ts';
import { LIMITS } from '../limits.ts';

const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

/**
 * Unpacks a zip as the service does, with the permissions that it says.
 * @throws ServiceError when it cannot be read, or is too large when unpacked.
 */
export async function unpack(zip: Buffer, folder: string): Promise<{ readonly bytes: number }> {
  const partial = `${folder}.partial`;
  try {
    const archive = await fromBufferPromise(zip, { lazyEntries: true });
    let bytes = 0;
    for await (const entry of archive.eachEntry()) {
      bytes += entry.uncompressedSize;
      if (bytes > LIMITS.unzippedBytes)
        throw invalidParameter(`Unzipped size must be smaller than ${LIMITS.unzippedBytes} bytes`);
      await write(archive, entry, partial);
    }
    await mkdir(partial, { recursive: true });
    await chmod(partial, 0o755);
    await rename(partial, folder);
    return { bytes };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw isOfTheArchive(error) ? unreadable(error) : error;
  }
}

async function write(archive: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = join(folder, normalize(entry.fileName));
  if (entry.fileName.endsWith('/')) {
    await mkdir(path, { recursive: true });
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  // Archives that were made elsewhere than on Unix have no permissions: the service reads them for all.
  const mode = entry.externalFileAttributes >>> 16;
  const stream = await archive.openReadStreamPromise(entry);
  if ((mode & FILE_TYPE) === SYMLINK) {
    await symlink(await text(stream), path);
    return;
  }
  await pipeline(stream, createWriteStream(path));
  await chmod(path, mode === 0 ? 0o644 : mode & 0o777);
}

/** What is wrong with the archive has no code, or one of zlib's; others are this machine's. */
function isOfTheArchive(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return !(error instanceof ServiceError) && (code === undefined || code.startsWith('Z_'));
}

function unreadable(error: unknown): ServiceError {
  return invalidParameter(
    `Could not unzip uploaded file. Please check your file, then try to upload again. ${String(error)}`,
  );
}
