export { ProcessPool, type ProcessPoolOptions, type PoolRun } from './process-pool.ts';
export { type WorkerCommand, workerFile } from './worker-command.ts';
export { describeDeath, WorkerDied } from './worker-died.ts';
