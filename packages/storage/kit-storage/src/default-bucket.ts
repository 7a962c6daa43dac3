import { StorageError } from '@lithops/core/plugin';

/** The bucket that a storage makes by itself, before the first use of it and once. */
export class DefaultBucket {
  readonly #name: string;
  readonly #make: (bucket: string) => Promise<void>;
  #made: Promise<void> | undefined;

  constructor(name: string, make: (bucket: string) => Promise<void>) {
    this.#name = name;
    this.#make = make;
  }

  /** Resolves when `bucket` may be used. Who may not make it may still use it. @throws StorageError; the next use tries again */
  async ready(bucket: string): Promise<void> {
    if (bucket !== this.#name) return;
    this.#made ??= this.#make(bucket).catch((error: unknown) => {
      if (error instanceof StorageError && error.reason === 'access-denied') return;
      this.#made = undefined;
      throw error;
    });
    await this.#made;
  }
}
