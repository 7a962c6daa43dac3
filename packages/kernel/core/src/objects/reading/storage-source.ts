import { StorageError } from '../../errors/storage-error.ts';
import type { PartitionFields } from '../object-partition.ts';
import { type ByteSource, exactly } from './byte-source.ts';
import { changedError, deletedKeyError } from './changed-error.ts';
import { taskSignal, taskStorage } from './task-scope.ts';

interface ObjectPlace {
  readonly backend: string;
  readonly bucket: string;
  readonly key: string;
}

/** An object of a storage. */
export function openObject({ backend, bucket, key }: ObjectPlace, planned: PartitionFields): ByteSource {
  const storage = taskStorage(backend);
  const name = `${backend}://${bucket}/${key}`;
  const closing = new AbortController();
  const task = taskSignal();
  const signal = task === undefined ? closing.signal : AbortSignal.any([closing.signal, task]);
  const explained = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof StorageError && error.reason === 'no-such-key') throw deletedKeyError(bucket, key, error);
      throw error;
    }
  };
  return {
    async open(start, end = planned.objectSize ?? 0) {
      if (start >= end) return nothing();
      const stream = await explained(() => storage.getObjectStream(bucket, key, { range: [start, end - 1], signal }));
      return exactly(end - start, stream as unknown as AsyncIterable<Uint8Array>, (actual) =>
        changedError(name, `of the ${end - start} bytes from ${start} on ${actual} came`),
      ); // web streams are async iterables in Node
    },
    async verify() {
      const { size, etag, lastModified } = await explained(() => storage.headObject(bucket, key));
      if (size !== planned.objectSize)
        throw changedError(name, `it had ${planned.objectSize} bytes and now has ${size}`);
      if (etag !== undefined && planned.etag !== undefined && etag !== planned.etag)
        throw changedError(name, 'it has been written again');
      if (lastModified !== undefined && !isSameTime(lastModified.getTime(), planned.lastModified))
        throw changedError(name, 'it has been written again');
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
    },
  };
}

/** Storages tell whole seconds in one place, and more in another. */
function isSameTime(now: number, planned: number | undefined): boolean {
  if (planned === undefined || now === planned) return true;
  const inSeconds = now % 1000 === 0 || planned % 1000 === 0;
  return inSeconds && Math.floor(now / 1000) === Math.floor(planned / 1000);
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}
