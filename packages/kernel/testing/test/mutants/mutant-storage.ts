import {
  defineStoragePlugin,
  type ObjectBody,
  type StorageBackend,
  type StorageCapabilities,
  type StoragePlugin,
} from '@lithops/core/plugin';
import { memoryStorage } from '../../src/index.ts';

/** What a broken storage does in place of a sound one, which it is given. */
export type Breakage = (sound: StorageBackend) => Partial<StorageBackend>;

export interface MutantOptions {
  readonly capabilities?: Partial<StorageCapabilities>;
  readonly acceptsAnyKey?: boolean;
}

let mutants = 0;

/** The memory storage, broken. */
export function mutantStorage(breakage: Breakage, options: MutantOptions = {}): StoragePlugin {
  const name = `mutant-${mutants++}`;
  return defineStoragePlugin<object>({
    ...memoryStorage,
    config: options.acceptsAnyKey
      ? { '~standard': { version: 1, vendor: 'lithops', validate: (value) => ({ value: value as object }) } }
      : memoryStorage.config,
    capabilities: () => ({ ...memoryStorage.capabilities({}), ...options.capabilities }),
    create: async (_, context) => {
      const sound = await memoryStorage.create({ name }, context);
      return { ...delegated(sound), ...breakage(delegated(sound)) };
    },
  }) as StoragePlugin;
}

/** All bytes of a body. */
export async function bytesOf(body: ObjectBody): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body instanceof Uint8Array ? [body] : body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function delegated(backend: StorageBackend): StorageBackend {
  return {
    put: (...args) => backend.put(...args),
    get: (...args) => backend.get(...args),
    head: (...args) => backend.head(...args),
    delete: (...args) => backend.delete(...args),
    list: (...args) => backend.list(...args),
    createBucket: (...args) => backend.createBucket(...args),
    headBucket: (...args) => backend.headBucket(...args),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
