import { assertSupportedNode } from './supported-node.ts';

export { configSchemas, type SectionSchema } from './config/config-schemas.ts';
export type { Duration } from './config/duration.ts';
export { type BackendConfigs, defineConfig, type LithopsConfig, type LithopsSection } from './config/lithops-config.ts';
export { loadConfig, type ResolvedConfig } from './config/load-config.ts';
export type { CostEstimate, PlannedJob } from './cost/estimate-cost.ts';
export {
  BudgetExceededError,
  CancelledError,
  ConfigError,
  ERROR_CODES,
  InvocationError,
  LithopsError,
  type LithopsErrorCode,
  type LithopsErrorOptions,
  PayloadTooLargeError,
  PluginApiMismatchError,
  PluginNotFoundError,
  RuntimeNotFoundError,
  SerializationError,
  StorageError,
  StorageNoSuchKeyError,
  TimeoutError,
  type TimeoutPhase,
  WorkerLostError,
  type WorkerLostOptions,
} from './errors/index.ts';
export { cleanBackend } from './executor/clean-backend.ts';
export type { CleanOptions } from './executor/clean-options.ts';
export type { ExecutorOptions, TaskLogEntry } from './executor/executor-options.ts';
export { FunctionExecutor } from './executor/function-executor.ts';
export type { JobSummary } from './executor/job-summary.ts';
export { LocalhostExecutor } from './executor/localhost-executor.ts';
export type { CallOptions, MapOptions, MapReduceOptions, MapStreamOptions } from './executor/map-options.ts';
export { type BackendAbility, type OpenAbility, openAbility } from './executor/open-ability.ts';
export { type OpenBackend, openBackend } from './executor/open-backend.ts';
export { type OpenRuntimes, openRuntimes } from './executor/open-runtimes.ts';
export { ServerlessExecutor } from './executor/serverless-executor.ts';
export { StandaloneExecutor } from './executor/standalone-executor.ts';
export { type TaskContext, taskContext } from './executor/task-context.ts';
export type { AttemptRecord } from './future/attempt-record.ts';
export type { CallState } from './future/call.ts';
export type { CallStats } from './future/call-stats.ts';
export { FuturesList } from './future/futures-list.ts';
export { type CallStatus, type FutureJson, ResponseFuture, type ResultOptions } from './future/response-future.ts';
export { ALL_COMPLETED, ALWAYS, ANY_COMPLETED, type ReturnWhen, type WaitOptions } from './future/settle.ts';
export { type Futures, getResult, wait } from './future/wait.ts';
export type { WaitLimits } from './future/wait-for-calls.ts';
export { listJobs, type StoredJob } from './job/list-jobs.ts';
export { storedLogs } from './job/stored-logs.ts';
export type { ByteSize } from './objects/byte-size.ts';
export { type ObjectList, objects } from './objects/object-list.ts';
export { ObjectPartition } from './objects/object-partition.ts';
export type { ObjectSource } from './objects/object-source.ts';
export type { PartitionOptions } from './objects/partition-options.ts';
export type { JobObserver, ObservedCall, ObservedJob } from './observation/job-observer.ts';
export type { PluginReference } from './plugin/plugin-reference.ts';
export { COMPUTE_BACKENDS, STORAGE_BACKENDS } from './registry/package-names.ts';
export { type PluginRegistry, registry } from './registry/registry.ts';
export { pluginInstalled } from './registry/resolve-plugin.ts';
export type { CallRecord, EarlierAttempt } from './stats/call-record.ts';
export { type ConcurrencyStep, concurrencyOf, type Span } from './stats/concurrency.ts';
export type { Distribution } from './stats/distribution.ts';
export { ExecutionStats } from './stats/execution-stats.ts';
export { type Execution, executionsOf } from './stats/executions.ts';
export type { JobStats } from './stats/job-stats.ts';
export type { PlotOptions } from './stats/plot-calls.ts';
export type { PutBody } from './storage/body-source.ts';
export { cleanStorage } from './storage/clean-storage.ts';
export { CloudObject } from './storage/cloud-object.ts';
export type { TransferOptions, TransferProgress } from './storage/file-transfer.ts';
export { Storage } from './storage/storage.ts';
export type {
  CloudObjectOptions,
  GetOptions,
  PresignOptions,
  PutOptions,
  SignalOption,
  StorageOptions,
} from './storage/storage-options.ts';

assertSupportedNode(process.versions.node);
