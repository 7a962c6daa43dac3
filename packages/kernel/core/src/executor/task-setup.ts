import { createRequire } from 'node:module';
import type { TaskSetup } from '@lithops/worker';
import type { ResolvedConfig } from '../config/load-config.ts';

let storageEntry: string | undefined;

/** What tasks of an executor may reach: its storage, and a configuration for executors of their own, without credentials. */
export function taskSetup(config: ResolvedConfig): TaskSetup {
  // By name, so that it is found from the sources and from the built package alike.
  storageEntry ??= createRequire(import.meta.url).resolve('@lithops/core/task-storage');
  return {
    storageEntry,
    storageConfig: { name: config.storageName, section: config.storageSection },
    executorConfig: {
      lithops: { backend: config.backendName, storage: config.storageName },
    },
  };
}
