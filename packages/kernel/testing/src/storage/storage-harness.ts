import type { StorageBackend, StorageCapabilities } from '@lithops/core/plugin';

/** What a storage plugin's author provides: a backend, and a bucket that nobody else uses. */
export interface StorageHarness {
  readonly capabilities: StorageCapabilities;
  /** A fresh backend on the same storage; the suite disposes it. */
  openBackend(): Promise<StorageBackend>;
  /** Name of a bucket for one case; the suite creates it. */
  bucketName(): string;
}
