export { DirectProcesses, type DirectProcessesOptions, type SharedPath } from './direct-processes.ts';
export type { RemoteRun } from './distant-runs.ts';
export { type SupervisorOptions, supervisorArguments } from './supervisor-arguments.ts';
export { WorkerConnection, type WorkerConnectionOptions } from './worker-connection.ts';
