export { DirectProcesses, type DirectProcessesOptions, type SharedPath } from './direct-processes.ts';
export { type SupervisorOptions, supervisorArguments } from './supervisor-arguments.ts';
export { type RemoteRun, WorkerConnection, type WorkerConnectionOptions } from './worker-connection.ts';
