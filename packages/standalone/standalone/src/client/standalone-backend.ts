import type {
  BackendCleanOptions,
  BackendCleanReport,
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
import { cleanCluster } from './clean-cluster.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { toLithopsError } from './lithops-error.ts';
import { MasterAccess } from './master-access.ts';
import { masterJobs, masterWorkers } from './master-catalogs.ts';
import { masterLogs } from './master-logs.ts';
import { MasterSession } from './master-session.ts';
import { masterShell } from './master-shell.ts';

/** Runs invocations on a cluster of machines: its master has the queue, and we a connection to it. */
export class StandaloneBackend implements ComputeBackend {
  readonly #settings: ClusterSettings;
  readonly #access: MasterAccess;
  readonly #session: MasterSession;
  readonly jobs: JobCatalog;
  readonly workers: WorkerCatalog;
  readonly logs: LogSource;
  readonly shell: RemoteShell;

  constructor(settings: ClusterSettings, { executorId, logger, signal }: Omit<PluginContext, 'storageFolders'>) {
    this.#settings = settings;
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

  /** The machines are somebody's: all that we have put on them goes, whatever the master does; they stay. */
  async clean({ scope, signal }: BackendCleanOptions): Promise<BackendCleanReport> {
    if (scope !== 'everything') return { deleted: [] };
    try {
      const master = await this.#access.machine();
      const cleaned = master === undefined ? [] : await cleanCluster(this.#settings, master, signal);
      return { deleted: cleaned.map((where) => `installation on ${where}`) };
    } catch (error) {
      throw toLithopsError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
    await this.#access[Symbol.asyncDispose]();
  }
}
