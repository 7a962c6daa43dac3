import type { JobStore } from '@lithops/worker';
import { ConfigError } from '../errors/config-error.ts';
import { Storage } from './storage.ts';
import { StorageJobStore } from './storage-job-store.ts';
import { type TaskStorageConfig, taskConnection, taskResolvedConfig } from './task-connections.ts';
import type { ObjectOwner } from './temporary-keys.ts';

export { provideClosure } from '../job/load-closure.ts';
export { registry } from '../registry/registry.ts';
export type { TaskStorageConfig } from './task-connections.ts';
export { openNotices } from './task-notices.ts';

/** The task that asks. */
export interface StorageTask {
  readonly executorId: string;
  readonly jobId: string;
  readonly callId: string;
}

/** Opens the storage of a task from what came with its invocation; called by the worker when `context.storage` is first read. */
export function openStorage(config: TaskStorageConfig, task?: StorageTask): Storage {
  if (config.unshippable !== undefined) {
    throw new ConfigError(`tasks cannot use this storage: ${config.unshippable} is code, and stays in its process`, {
      hint: 'configure the storage with plain values, or by the environment of the workers',
    });
  }
  if (config.elsewhere !== undefined) {
    throw new ConfigError(
      `tasks cannot use storage ${config.name}: it is a folder of the machine that they were sent from (${config.elsewhere.join(', ')})`,
      { hint: 'use a storage that both reach over the network, such as aws_s3, redis or minio' },
    );
  }
  return new Storage({
    resolved: taskResolvedConfig(config),
    ...(task !== undefined && { owner: ownerOf(task) }),
    connection: taskConnection(config),
  });
}

/** Opens the objects of jobs for a worker: its tasks' inputs and results that are too large to travel. */
export function openJobStore(config: TaskStorageConfig): JobStore {
  return new StorageJobStore(openStorage(config));
}

function ownerOf({ executorId, jobId, callId }: StorageTask): ObjectOwner {
  return { executorId, task: { jobId, callId } };
}
