import type {
  ComputeBackend,
  Invocation,
  InvocationRun,
  InvokeOptions,
  JobCatalog,
  LogSource,
  PluginContext,
  RemoteShell,
  WorkerCatalog,
} from '@lithops/core/plugin';
import { describeTarget } from '../ssh/ssh-target.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { MasterAccess } from './master-access.ts';
import { masterJobs, masterWorkers } from './master-catalogs.ts';
import { masterLogs } from './master-logs.ts';
import { MasterSession } from './master-session.ts';
import { masterShell } from './master-shell.ts';

/** Runs invocations on a cluster of machines: its master has the queue, and we a connection to it. */
export class StandaloneBackend implements ComputeBackend {
  readonly #access: MasterAccess;
  readonly #session: MasterSession;
  readonly jobs: JobCatalog;
  readonly workers: WorkerCatalog;
  readonly logs: LogSource;
  readonly shell: RemoteShell;

  constructor(settings: ClusterSettings, { executorId, logger, signal }: Omit<PluginContext, 'storageFolders'>) {
    this.#access = new MasterAccess(settings, logger, signal);
    this.jobs = masterJobs(this.#access);
    this.workers = masterWorkers(this.#access);
    this.logs = masterLogs(this.#access);
    this.shell = masterShell(this.#access, describeTarget(settings.master));
    this.#session = new MasterSession({ executorId, access: this.#access, settings, logger });
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    return this.#session.run(invocation, module, signal);
  }

  prewarm(): void {
    this.#session.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
    await this.#access[Symbol.asyncDispose]();
  }
}
