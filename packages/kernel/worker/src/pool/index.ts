export type { InvocationRunner } from './invocation-runner.ts';
export { ParallelRuns } from './parallel-runs.ts';
export type { PoolRun } from './pool-run.ts';
export { ProcessPool, type ProcessPoolOptions } from './process-pool.ts';
export type { WorkerCommand } from './worker-command.ts';
export { WorkerDied } from './worker-died.ts';
export { workerFile } from './worker-file.ts';
