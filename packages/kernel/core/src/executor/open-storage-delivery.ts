import type { TaskSetup } from '@lithops/worker';
import type { ResolvedConfig } from '../config/load-config.ts';
import { StorageChannel } from '../delivery/storage-channel.ts';
import { StorageDelivery } from '../delivery/storage-delivery.ts';
import { StoredModules } from '../delivery/stored-modules.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { ComputeBackend, PluginContext } from '../plugin/compute-plugin.ts';
import type { ExecutorState } from './executor-state.ts';
import { openNews } from './open-news.ts';

const HEARTBEAT_SECONDS = 5;

export interface StorageDeliveryParts {
  readonly backend: ComputeBackend;
  readonly capabilities: ComputeCapabilities;
  readonly config: ResolvedConfig;
  readonly context: PluginContext;
  readonly state: ExecutorState;
  readonly task: TaskSetup;
}

/** What runs the invocations of a backend that only accepts work. @throws what the configured monitoring refuses */
export async function openStorageDelivery(parts: StorageDeliveryParts): Promise<StorageDelivery> {
  const { backend, capabilities, config, context, state, task } = parts;
  const heartbeatMs = (capabilities.heartbeatSeconds ?? HEARTBEAT_SECONDS) * 1000;
  const news = await openNews(config, context, state.store);
  return new StorageDelivery(backend, {
    store: state.store,
    // Looked at as often as workers give signs of life, of which nobody is told.
    channel: new StorageChannel(state.store, { ...(news !== undefined && { news, hearingPauseMs: heartbeatMs }) }),
    task,
    ...(news !== undefined && { notices: news.notices }),
    heartbeatMs,
    ...(capabilities.startSeconds !== undefined && { startMs: capabilities.startSeconds * 1000 }),
    modules: new StoredModules(state.store, state.modules),
    used: (prefix) => state.used(prefix),
  });
}
