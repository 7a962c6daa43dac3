import type { TaskSetup } from '@lithops/worker';
import { StorageChannel } from '../delivery/storage-channel.ts';
import { StorageDelivery } from '../delivery/storage-delivery.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { ComputeBackend } from '../plugin/compute-plugin.ts';
import type { ExecutorState } from './executor-state.ts';

const HEARTBEAT_SECONDS = 5;

/** What runs the invocations of a backend that only accepts work. */
export function openStorageDelivery(
  backend: ComputeBackend,
  { heartbeatSeconds = HEARTBEAT_SECONDS }: ComputeCapabilities,
  state: ExecutorState,
  task: TaskSetup,
): StorageDelivery {
  return new StorageDelivery(backend, {
    store: state.store,
    channel: new StorageChannel(state.store),
    task,
    heartbeatMs: heartbeatSeconds * 1000,
    modules: state.modules,
    used: (prefix) => state.used(prefix),
  });
}
