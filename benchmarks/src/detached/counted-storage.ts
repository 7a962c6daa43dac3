import type { StorageBackend } from '@lithops/core/plugin';

/** Counts what a client asks of a storage. */
export class CountedStorage {
  puts = 0;
  gets = 0;
  lists = 0;
  listedKeys = 0;
  /** Of all listings. */
  readonly prefixes: Set<string> = new Set();

  around(backend: StorageBackend): StorageBackend {
    return new Proxy(backend, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(value, target, args);
          if (name === 'put') this.puts++;
          if (name === 'get') this.gets++;
          return name === 'list' ? this.#listed(String(args[1]), answer as AsyncIterable<unknown>) : answer; // what `list` gives
        };
      },
    });
  }

  async *#listed(prefix: string, entries: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
    this.lists++;
    this.prefixes.add(prefix);
    for await (const entry of entries) {
      this.listedKeys++;
      yield entry;
    }
  }
}
