import { createRequire } from 'node:module';
import type { TaskSetup } from '@lithops/worker';
import type { ConfigSource } from '../config/config-source.ts';
import type { ResolvedConfig } from '../config/load-config.ts';
import type { TaskStorageConfig } from '../storage/task-storage.ts';

let storageEntry: string | undefined;

/** What tasks of an executor may reach: its storage, and a configuration for executors of their own, without credentials. */
export function taskSetup(config: ResolvedConfig): TaskSetup {
  // By name, so that it is found from the sources and from the built package alike.
  storageEntry ??= createRequire(import.meta.url).resolve('@lithops/core/task-storage');
  const storageConfig: TaskStorageConfig = {
    name: config.storageName,
    section: config.storageSection,
    from: config.from,
  };
  return {
    storageEntry,
    storageConfig,
    executorConfig: inheritable(config),
  };
}

/** Sections of other backends may hold credentials; of those only the name is told. */
function inheritable(config: ResolvedConfig): ConfigSource {
  return {
    name: `the configuration of the executor that runs this task (${config.source})`,
    folder: config.from[0] ?? process.cwd(),
    content: {
      lithops: { backend: config.backendName, storage: config.storageName },
      ...(config.backendName === 'localhost' && { localhost: config.backendSection }),
    },
  };
}
