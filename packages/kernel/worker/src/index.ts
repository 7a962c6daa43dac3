export type * from './call-event.ts';
export type * from './invocation.ts';
export { workerFile } from './pool/worker-file.ts';
export { linkInstalledPackages } from './run/installed-packages.ts';
export { type ExecutionHost, InvocationExecution, runInvocation } from './run/invocation-execution.ts';
export type { JobStore } from './run/job-store.ts';
export { ModuleCache } from './run/module-cache.ts';
export { publishTaskScope, type TaskLog, type TaskScope, type WorkerTaskContext } from './run/task-context.ts';
export type { WorkerNotices } from './run/worker-notices.ts';
