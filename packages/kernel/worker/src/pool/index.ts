export { ProcessPool, type ProcessPoolOptions, type PoolRun } from './process-pool.ts';
export type { WorkerCommand } from './worker-command.ts';
export { workerFile } from './worker-file.ts';
export { describeDeath, WorkerDied } from './worker-died.ts';
