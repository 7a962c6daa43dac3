import { randomUUID } from 'node:crypto';
import { Storage } from '@lithops/core';
import type { StorageBackend, StorageCapabilities, StoragePlugin } from '@lithops/core/plugin';
import { pluginContext, validatedConfig } from '../plugin-context.ts';
import { type FaultCounts, faultyStorage, type StorageFaults } from './faulty-storage.ts';

/** What a storage plugin's author provides. */
export interface StorageSubject {
  readonly plugin: StoragePlugin;
  /** The plugin's section of a configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Names a bucket that nobody else uses; the suite creates it and empties it. Default: a name of letters and digits. */
  readonly bucketName?: () => string;
  /**
   * How many keys the cases list that need a lot: 2,100, or 1,100. The less is for servers that are reached by code which
   * another plugin's suite tries with all of it. Default: `full`.
   */
  readonly volume?: 'full' | 'moderate';
}

/** Keys that are more than a page of any storage, or more than two. */
const KEYS = { full: 2100, moderate: 1100 } as const;

/** How the cases reach the plugin under test. */
export interface StorageHarness {
  readonly plugin: StoragePlugin;
  readonly capabilities: StorageCapabilities;
  /** A fresh backend on the same storage; the case disposes it. */
  openBackend(): Promise<StorageBackend>;
  /** The facade that users see, on the same storage; the case disposes it. */
  openStorage(): Storage;
  /** The same, where calls fail and streams break on purpose. */
  openFaultyStorage(faults: StorageFaults, retries?: number): Storage & { readonly counts: FaultCounts };
  /** A new name for a bucket of the case's own. */
  bucketName(): string;
  /** How many keys are a lot. */
  readonly manyKeys: number;
}

/** @throws TypeError when the plugin refuses its configuration. */
export function createStorageHarness({
  plugin,
  config = {},
  bucketName = uniqueBucket,
  volume = 'full',
}: StorageSubject): StorageHarness {
  const validated = validatedConfig(plugin, config);
  return {
    plugin,
    capabilities: plugin.capabilities(validated),
    openBackend: () => plugin.create(validated, pluginContext()),
    openStorage: () => new Storage({ backend: { plugin, config } }),
    openFaultyStorage: (faults, retries = 5) => {
      const faulty = faultyStorage(plugin, faults);
      const storage = new Storage({
        backend: { plugin: faulty, config },
        config: { lithops: { storageRetries: retries } },
      });
      return Object.assign(storage, { counts: faulty.counts });
    },
    bucketName,
    manyKeys: KEYS[volume],
  };
}

function uniqueBucket(): string {
  return `lithops-conformance-${randomUUID().slice(0, 18)}`;
}
