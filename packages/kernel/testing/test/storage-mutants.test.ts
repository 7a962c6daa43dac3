import { setTimeout as delay } from 'node:timers/promises';
import { type ObjectEntry, StorageError, StorageNoSuchKeyError } from '@lithops/core/plugin';
import { describe, expect, it } from 'vitest';
import { createStorageHarness, runCase, selectCases, storageCases, within } from '../src/index.ts';
import { type Breakage, bytesOf, type MutantOptions, mutantStorage } from './mutants/mutant-storage.ts';

interface Mutant {
  readonly name: string;
  readonly breakage: Breakage;
  readonly options?: MutantOptions;
  readonly caughtBy: string;
}

async function* only(entries: AsyncIterable<ObjectEntry>, keep: (entry: ObjectEntry, index: number) => boolean) {
  let index = 0;
  for await (const entry of entries) if (keep(entry, index++)) yield entry;
}

async function entriesOf(entries: AsyncIterable<ObjectEntry>): Promise<ObjectEntry[]> {
  const all: ObjectEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

const MUTANTS: readonly Mutant[] = [
  {
    name: 'loses the last byte',
    breakage: ({ get }) => ({
      get: async (...args) => {
        const bytes = await bytesOf(await get(...args));
        return (async function* () {
          yield bytes.subarray(0, -1);
        })();
      },
    }),
    caughtBy: 'bytes/round-trip',
  },
  {
    name: 'stores text, not bytes',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) =>
        put(bucket, key, Buffer.from((await bytesOf(body)).toString('utf8')), options),
    }),
    caughtBy: 'bytes/any',
  },
  {
    name: 'changes objects through the arrays it hands out',
    breakage: ({ put, get }) => {
      const shared = new Map<string, Uint8Array>();
      return {
        put: async (bucket, key, body, options) => {
          if (body instanceof Uint8Array) shared.set(`${bucket}/${key}`, body);
          return put(bucket, key, body, options);
        },
        get: async (bucket, key, options) => {
          const bytes = shared.get(`${bucket}/${key}`);
          if (bytes === undefined) return get(bucket, key, options);
          return (async function* () {
            yield bytes;
          })();
        },
      };
    },
    caughtBy: 'bytes/copied',
  },
  {
    name: 'writes over the old object and keeps what is behind',
    breakage: ({ put, get }) => ({
      put: async (bucket, key, body, options) => {
        const bytes = await bytesOf(body);
        const old = await get(bucket, key, {}).then(bytesOf, () => Buffer.of());
        return put(bucket, key, Buffer.concat([bytes, old.subarray(bytes.length)]), options);
      },
    }),
    caughtBy: 'bytes/replaced',
  },
  {
    name: 'shows a part of an object while it is written',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) => {
        const bytes = await bytesOf(body);
        await put(bucket, key, bytes.subarray(0, bytes.length / 2), {});
        await delay(1);
        return put(bucket, key, bytes, options);
      },
    }),
    caughtBy: 'bytes/replaced-at-once',
  },
  {
    name: 'mixes the old bytes into the new ones',
    breakage: ({ put, get, head }) => ({
      get: async (bucket, key, options) => {
        const { size } = await head(bucket, key);
        return (async function* () {
          for (let at = 0; at < size; at += 50_000) {
            yield* await get(bucket, key, { range: [at, Math.min(at + 49_999, size - 1)], ...options });
            await delay(1);
          }
        })();
      },
      put: (...args) => put(...args),
    }),
    caughtBy: 'bytes/replaced-at-once',
  },
  {
    name: 'leaves half of an object when its body fails',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) => {
        const taken: Uint8Array[] = [];
        try {
          for await (const chunk of body instanceof Uint8Array ? [body] : body) taken.push(chunk);
        } finally {
          await put(bucket, key, Buffer.concat(taken), options);
        }
        return true;
      },
    }),
    caughtBy: 'bytes/failed-put-leaves-nothing',
  },
  {
    name: 'has one etag for all versions',
    breakage: ({ head }) => ({ head: async (...args) => ({ ...(await head(...args)), etag: 'always the same' }) }),
    caughtBy: 'bytes/head',
  },
  {
    name: 'tells the size of the range as that of the object',
    breakage: ({ get }) => ({
      get: async (bucket, key, options) => {
        const bytes = await bytesOf(await get(bucket, key, options));
        const stream = (async function* () {
          yield bytes;
        })();
        return Object.assign(stream, { object: { size: bytes.length } });
      },
    }),
    caughtBy: 'streams/version',
  },
  {
    name: 'tells the etag of another version than it reads',
    breakage: ({ get, head }) => ({
      get: async (bucket, key, options) => {
        const stream = await get(bucket, key, options);
        const version = await head(bucket, key);
        const late = (async function* () {
          yield* await get(bucket, key, options);
        })();
        await bytesOf(stream);
        return Object.assign(late, { object: version });
      },
    }),
    caughtBy: 'streams/version',
  },
  {
    name: 'stores what a stream gives within its first chunks',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) =>
        put(bucket, key, (await bytesOf(body)).subarray(0, 5_000_000), options),
    }),
    caughtBy: 'streams/unknown-length',
  },
  {
    name: 'ends a body at an empty chunk',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) => {
        const upToEmpty = async function* () {
          for await (const chunk of body instanceof Uint8Array ? [body] : body) {
            if (chunk.byteLength === 0) return;
            yield chunk;
          }
        };
        return put(bucket, key, upToEmpty(), options);
      },
    }),
    caughtBy: 'streams/any-chunks',
  },
  {
    name: 'ignores the signal of puts and gets',
    breakage: ({ put, get }) => ({
      put: (bucket, key, body, { ifAbsent = false }) => put(bucket, key, body, { ifAbsent }),
      get: (bucket, key, { range }) => get(bucket, key, range === undefined ? {} : { range }),
    }),
    caughtBy: 'streams/abort',
  },
  {
    name: 'ends a put that was aborted as if all were well',
    breakage: ({ put }) => ({ put: (...args) => put(...args).catch(() => true) }),
    caughtBy: 'streams/abort',
  },
  {
    name: 'takes the end of a range as exclusive',
    breakage: ({ get }) => ({
      get: (bucket, key, { range, ...options }) =>
        get(
          bucket,
          key,
          range === undefined ? options : { ...options, range: [range[0], Math.max(range[0], range[1] - 1)] },
        ),
    }),
    caughtBy: 'ranges/model',
  },
  {
    name: 'refuses ranges that begin behind the end',
    breakage: ({ get, head }) => ({
      get: async (bucket, key, options) => {
        const { size } = await head(bucket, key);
        if (options.range !== undefined && options.range[0] >= size) throw new StorageError('416');
        return get(bucket, key, options);
      },
    }),
    caughtBy: 'ranges/past-the-end',
  },
  {
    name: 'gives bytes from the start whatever the range, when several are read at once',
    breakage: ({ get }) => {
      let open = 0;
      return {
        get: async (bucket, key, { range, ...options }) => {
          open++;
          await delay(1);
          const shifted = open > 1 && range !== undefined ? ([0, range[1] - range[0]] as const) : range;
          open--;
          return get(bucket, key, shifted === undefined ? options : { ...options, range: shifted });
        },
      };
    },
    caughtBy: 'ranges/pieces',
  },
  {
    name: 'mixes up objects that are written at once',
    breakage: ({ put }) => {
      let last = '';
      return {
        put: async (bucket, key, body, options) => {
          last = key;
          await delay(1);
          return put(bucket, last, body, options);
        },
      };
    },
    caughtBy: 'bytes/many-at-once',
  },
  {
    name: 'loses what comes behind the key at which a reader of a listing stopped',
    breakage: ({ list, delete: remove }) => ({
      async *list(bucket, prefix, options) {
        for await (const entry of list(bucket, prefix, options)) {
          let taken = false;
          try {
            yield entry;
            taken = true;
          } finally {
            if (!taken) await remove(bucket, [entry.key]);
          }
        }
      },
    }),
    caughtBy: 'listing/reader-that-stops',
  },
  {
    name: 'lists keys as they come',
    breakage: ({ list }) => ({
      async *list(...args) {
        const entries = await entriesOf(list(...args));
        yield* entries.reverse();
      },
    }),
    caughtBy: 'listing/order',
  },
  {
    name: 'sorts keys by UTF-16 units',
    breakage: ({ list }) => ({
      async *list(...args) {
        const entries = await entriesOf(list(...args));
        yield* entries.sort((a, b) => (a.key < b.key ? -1 : 1));
      },
    }),
    caughtBy: 'listing/order',
  },
  {
    name: 'takes a prefix for a folder',
    breakage: ({ list }) => ({
      list: (bucket, prefix, options) =>
        only(
          list(bucket, prefix, options),
          ({ key }) => prefix === '' || key.startsWith(`${prefix.replace(/\/$/, '')}/`),
        ),
    }),
    caughtBy: 'listing/prefix-is-text',
  },
  {
    name: 'lists one page and no more',
    breakage: ({ list }) => ({ list: (...args) => only(list(...args), (_, index) => index < 1000) }),
    caughtBy: 'listing/many',
  },
  {
    name: 'lists sizes that are not those of the objects',
    breakage: ({ list }) => ({
      async *list(...args) {
        for await (const entry of list(...args)) yield { ...entry, size: 0 };
      },
    }),
    caughtBy: 'listing/model',
  },
  {
    name: 'ignores the signal of listings',
    breakage: ({ list }) => ({ list: (bucket, prefix) => list(bucket, prefix, {}) }),
    caughtBy: 'listing/abort',
  },
  {
    name: 'knows keys without their case',
    breakage: ({ put, get }) => ({
      put: (bucket, key, body, options) => put(bucket, key.toLowerCase(), body, options),
      get: (bucket, key, options) => get(bucket, key.toLowerCase(), options),
    }),
    caughtBy: 'keys/any-text',
  },
  {
    name: 'deletes all that begins with the key',
    breakage: ({ list, delete: remove }) => ({
      delete: async (bucket, keys) => {
        for (const key of keys) {
          const below = await entriesOf(list(bucket, key, {}));
          await remove(
            bucket,
            below.map((entry) => entry.key),
          );
        }
      },
    }),
    caughtBy: 'delete/idempotent',
  },
  {
    name: 'fails to delete what is not there',
    breakage: ({ head, delete: remove }) => ({
      delete: async (bucket, keys) => {
        for (const key of keys) await head(bucket, key);
        await remove(bucket, keys);
      },
    }),
    caughtBy: 'delete/idempotent',
  },
  {
    name: 'looks and then writes, where ifAbsent asks for one step',
    breakage: ({ put, head }) => ({
      put: async (bucket, key, body, { ifAbsent = false }) => {
        const there = await head(bucket, key).then(
          () => true,
          () => false,
        );
        if (ifAbsent && there) return false;
        await delay(1);
        return put(bucket, key, body, {});
      },
    }),
    caughtBy: 'conditional/first-writer-wins',
  },
  {
    name: 'forgets ifAbsent for a body that goes out in parts',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) => {
        const bytes = await bytesOf(body);
        return put(bucket, key, bytes, bytes.length > 5_000_000 ? {} : options);
      },
    }),
    caughtBy: 'conditional/if-absent-large',
  },
  {
    name: 'overwrites in spite of ifAbsent',
    breakage: ({ put }) => ({ put: (bucket, key, body) => put(bucket, key, body, {}) }),
    caughtBy: 'conditional/if-absent',
  },
  {
    name: 'forgets an object that was deleted once and put again',
    breakage: ({ put, delete: remove }) => {
      const gone = new Set<string>();
      return {
        put: async (bucket, key, body, options) => (gone.has(key) ? true : put(bucket, key, body, options)),
        delete: async (bucket, keys) => {
          for (const key of keys) gone.add(key);
          await remove(bucket, keys);
        },
      };
    },
    caughtBy: 'model/sequences',
  },
  {
    name: 'gives no bytes for an object that is not there',
    breakage: ({ get }) => ({ get: (...args) => get(...args).catch(() => (async function* () {})()) }),
    caughtBy: 'errors/no-such-key',
  },
  {
    name: 'tells of a missing object when it is read, not before',
    breakage: ({ get }) => ({
      get: async (...args) =>
        (async function* () {
          yield* await get(...args);
        })(),
    }),
    caughtBy: 'errors/no-such-key',
  },
  {
    name: 'lists a missing bucket as an empty one',
    breakage: ({ list }) => ({
      async *list(...args) {
        try {
          yield* list(...args);
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
        }
      },
    }),
    caughtBy: 'errors/no-such-bucket',
  },
  {
    name: 'does not say why a listing failed',
    breakage: ({ list }) => ({
      async *list(...args) {
        try {
          yield* list(...args);
        } catch (error) {
          throw error instanceof StorageError ? new StorageError(error.message) : error;
        }
      },
    }),
    caughtBy: 'errors/no-such-bucket',
  },
  {
    name: 'empties a bucket that is created again',
    breakage: ({ createBucket, headBucket, list, delete: remove }) => ({
      createBucket: async (bucket) => {
        if (await headBucket(bucket)) {
          const entries = await entriesOf(list(bucket, '', {}));
          await remove(
            bucket,
            entries.map(({ key }) => key),
          );
        }
        await createBucket(bucket);
      },
    }),
    caughtBy: 'buckets/create-and-head',
  },
  {
    name: 'keeps all buckets in one',
    breakage: ({ put, get, delete: remove }) => ({
      put: (_, key, body, options) => put('storage', key, body, options),
      get: (_, key, options) => get('storage', key, options),
      delete: (_, keys) => remove('storage', keys),
    }),
    caughtBy: 'buckets/apart',
  },
  {
    name: 'keeps what it was given to itself',
    breakage: ({ put, get }) => {
      const own = new Map<string, Uint8Array>();
      return {
        put: async (bucket, key, body, options) => {
          own.set(key, await bytesOf(body));
          return put(bucket, key, Buffer.from('for the others'), options);
        },
        get: async (bucket, key, options) => {
          const bytes = own.get(key);
          if (bytes === undefined) return get(bucket, key, options);
          return (async function* () {
            yield bytes;
          })();
        },
      };
    },
    caughtBy: 'backends/see-the-same',
  },
  {
    name: 'promises addresses that it does not have',
    breakage: () => ({}),
    options: { capabilities: { presign: true } },
    caughtBy: 'capabilities/presign',
  },
  {
    name: 'has addresses that it does not promise',
    breakage: () => ({ presign: async () => 'http://127.0.0.1/' }),
    caughtBy: 'capabilities/no-presign',
  },
  {
    name: 'cuts what is too large',
    breakage: ({ put }) => ({
      put: async (bucket, key, body, options) => put(bucket, key, (await bytesOf(body)).subarray(0, 1024), options),
    }),
    caughtBy: 'capabilities/largest-object',
  },
  {
    name: 'takes a section of any keys',
    breakage: () => ({}),
    options: { acceptsAnyKey: true },
    caughtBy: 'definition/unknown-key',
  },
  {
    name: 'leaks a timer',
    breakage: () => {
      const timer = setInterval(() => {}, 1000);
      setTimeout(() => clearInterval(timer), 20_000).unref();
      return {};
    },
    caughtBy: 'disposal/leaves-nothing',
  },
  {
    name: 'cannot be disposed twice',
    breakage: ({ [Symbol.asyncDispose]: dispose }) => {
      let disposed = false;
      return {
        [Symbol.asyncDispose]: async () => {
          if (disposed) throw new StorageError('closed already');
          disposed = true;
          await dispose();
        },
      };
    },
    caughtBy: 'disposal/leaves-nothing',
  },
  {
    name: 'does not let a reader stop',
    breakage: ({ get }) => ({
      get: async (...args) => {
        const bytes = await bytesOf(await get(...args));
        return {
          [Symbol.asyncIterator]: () => ({
            next: async () => ({ done: false, value: bytes.subarray(0, 65_536) }),
            return: () => new Promise<never>(() => {}),
          }),
        };
      },
    }),
    caughtBy: 'streams/reader-that-stops',
  },
  {
    name: 'tells a missing key as a fault of its own',
    breakage: ({ head }) => ({
      head: (...args) =>
        head(...args).catch((error: unknown) => {
          throw error instanceof StorageNoSuchKeyError ? new StorageError('500', { reason: 'unavailable' }) : error;
        }),
    }),
    caughtBy: 'errors/no-such-key',
  },
];

describe('the storage suite', () => {
  // That the storage passes as long as it is sound is shown by its own test.
  it.each(MUTANTS)('catches a storage that $name', async ({ breakage, options, caughtBy }) => {
    const harness = createStorageHarness({ plugin: mutantStorage(breakage, options) });
    const { selected } = selectCases(storageCases, harness.capabilities);
    const entry = selected.find(({ id }) => id === caughtBy);
    if (entry === undefined) throw new Error(`no case ${caughtBy} is selected`);
    await expect(within(8000, entry.id, runCase(entry, harness))).rejects.toThrow();
  });

  it('has a mutant for each case on the primitives', () => {
    const { selected } = selectCases(
      storageCases,
      createStorageHarness({ plugin: mutantStorage(() => ({})) }).capabilities,
    );
    const caught = new Set(MUTANTS.map((mutant) => mutant.caughtBy));
    expect(selected.map(({ id }) => id).filter((id) => !id.startsWith('facade/') && !caught.has(id))).toEqual([]);
  });
});
