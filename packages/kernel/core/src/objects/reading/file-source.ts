import { type FileHandle, open } from 'node:fs/promises';
import { StorageError } from '../../errors/storage-error.ts';
import type { PartitionFields } from '../object-partition.ts';
import type { ByteSource, ChunkMemory } from './byte-source.ts';
import { changedError, deletedError } from './changed-error.ts';

const CHUNK_BYTES = 256 * 1024;

/** A local file, open from the first read to the last. @throws StorageError */
export async function openFile(path: string, planned: PartitionFields): Promise<ByteSource> {
  const file = await understood(path, () => open(path));
  const verify = async (): Promise<void> => {
    const { size, mtimeMs } = await understood(path, () => file.stat());
    if (size !== planned.objectSize) throw changedError(path, `it had ${planned.objectSize} bytes and now has ${size}`);
    if (mtimeMs !== planned.lastModified) throw changedError(path, 'it has been written to');
  };
  return {
    open: async (start, end = planned.objectSize ?? 0, memory = 'own') =>
      chunks(file, path, { start, end, memory }, verify),
    verify,
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function* chunks(
  file: FileHandle,
  path: string,
  { start, end, memory }: { readonly start: number; readonly end: number; readonly memory: ChunkMemory },
  verify: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, void> {
  const reused =
    memory === 'reused' ? Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, Math.max(0, end - start))) : undefined;
  for (let position = start; position < end; ) {
    const wanted = Math.min(CHUNK_BYTES, end - position);
    const buffer = reused ?? Buffer.allocUnsafeSlow(wanted);
    const { bytesRead } = await understood(path, () => file.read(buffer, 0, wanted, position));
    if (bytesRead === 0) throw changedError(path, `it ends after ${position} bytes`);
    position += bytesRead;
    yield bytesRead === buffer.byteLength ? buffer : buffer.subarray(0, bytesRead);
  }
  // Files are changed in place, also while they are read.
  await verify();
}

async function understood<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw deletedError(path, cause);
    throw new StorageError(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
