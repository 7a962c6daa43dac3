import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BodySource, repeatableSource } from './body-source.ts';
import type { ObjectRead } from './object-read.ts';

/** How far a transfer has come. */
export interface TransferProgress {
  readonly transferredBytes: number;
  readonly totalBytes: number;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Told as bytes move, and once more when all have. Never goes back, also where a part is sent again. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

const CHUNK_BYTES = 1024 * 1024;

/** A file as a body, and how many bytes it has. @throws Node's error when there is none; TypeError for what is no file. */
export async function fileSource(
  path: string,
  { onProgress }: TransferOptions,
): Promise<{ readonly source: BodySource; finish(): void }> {
  const found = await stat(path);
  if (found.isDirectory()) throw new TypeError(`${path} is a folder; files are uploaded one by one`);
  const progress = new Progress(found.size, onProgress);
  return { source: repeatableSource(() => fileBytes(path, progress)), finish: () => progress.finish() };
}

/** Writes what is read into a file, which appears when it is complete. */
export async function writeFileWhole(path: string, read: ObjectRead, progress: Progress): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  try {
    {
      await using file = await open(partial, 'wx');
      await writeBytes(file, read, progress);
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  progress.finish();
}

/** Counts the bytes of a transfer for its listener. */
export class Progress {
  readonly #totalBytes: number;
  readonly #listener: TransferOptions['onProgress'];
  #told = -1;

  constructor(totalBytes: number, listener: TransferOptions['onProgress']) {
    this.#totalBytes = totalBytes;
    this.#listener = listener;
  }

  reached(bytes: number): void {
    if (bytes <= this.#told) return;
    this.#told = bytes;
    this.#listener?.({ transferredBytes: bytes, totalBytes: Math.max(this.#totalBytes, bytes) });
  }

  finish(): void {
    if (this.#told < 0) this.reached(0);
  }
}

async function writeBytes(file: FileHandle, read: ObjectRead, progress: Progress): Promise<void> {
  let position = 0;
  const restart = async () => {
    await file.truncate(0);
    position = 0;
  };
  for await (const chunk of read.bytes(restart)) {
    for (let written = 0; written < chunk.byteLength; ) {
      const { bytesWritten } = await file.write(chunk, written, chunk.byteLength - written, position);
      written += bytesWritten;
      position += bytesWritten;
    }
    progress.reached(position);
  }
}

/** Opened when it is first read, and again for each attempt. */
async function* fileBytes(path: string, progress: Progress): AsyncGenerator<Uint8Array, void, void> {
  let sent = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>) {
    // no encoding is set
    yield chunk;
    sent += chunk.byteLength;
    progress.reached(sent);
  }
}
