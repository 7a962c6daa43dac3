/**
 * The worker, in the version that this core speaks with, for plugins that start it themselves. An entry of its own: most
 * plugins need none of it, and nothing of it is loaded before a backend asks for it.
 */
export {
  type ExecutionHost,
  InvocationExecution,
  type JobStore,
  linkInstalledPackages,
  ModuleCache,
  publishTaskScope,
  runInvocation,
  type TaskLog,
  type TaskScope,
  type WorkerNotices,
  type WorkerTaskContext,
  workerFile,
} from '@lithops/worker';
export { ProcessPool, type ProcessPoolOptions, WorkerDied } from '@lithops/worker/pool';
export { describeDeath, EventStream, type WorkerDeath, type WorkerFacts } from '@lithops/worker/protocol';
export {
  type RemoteRun,
  type SupervisorOptions,
  supervisorArguments,
  WorkerConnection,
  type WorkerConnectionOptions,
} from '@lithops/worker/remote';
export { lostProcessError } from '../errors/lost-process-error.ts';
