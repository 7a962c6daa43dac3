import type {
  BackendCleanOptions,
  BackendCleanReport,
  ComputeBackend,
  Invocation,
  InvocationRun,
  InvokeOptions,
  JobCatalog,
  LogSource,
  MachineImageCatalog,
  PluginContext,
  RemoteShell,
  WorkerCatalog,
} from '@lithops/core/plugin';
import { MasterAccess } from '../client/master-access.ts';
import { masterJobs, masterWorkers } from '../client/master-catalogs.ts';
import { masterLogs } from '../client/master-logs.ts';
import { MasterSession } from '../client/master-session.ts';
import { masterShell } from '../client/master-shell.ts';
import type { VmProvider } from '../provider/vm-provider.ts';
import { buildImage } from './build-image.ts';
import { ClusterMachines, ownedBy } from './cluster-machines.ts';
import { MasterMachine } from './master-machine.ts';
import { type VmSection, type VmSettings, vmSettings } from './vm-settings.ts';
import { WorkerPool } from './worker-pool.ts';

/** Runs invocations on the virtual machines of a provider: a master, and as many workers as there is work for. */
export class VmBackend implements ComputeBackend {
  readonly #provider: VmProvider;
  readonly #settings: VmSettings;
  readonly #closing = new AbortController();
  readonly #logger: PluginContext['logger'];
  readonly #machines: ClusterMachines;
  readonly #access: MasterAccess;
  readonly #pool: WorkerPool;
  readonly #session: MasterSession;
  readonly jobs: JobCatalog;
  readonly workers: WorkerCatalog;
  readonly logs: LogSource;
  readonly shell: RemoteShell;
  /** Absent where the provider makes none. */
  readonly images?: MachineImageCatalog;
  #rollingBack: Promise<void> | undefined;
  #isUsed = false;

  /**
   * @param provider disposed with the backend
   * @throws ConfigError
   */
  static async open(provider: VmProvider, section: VmSection, context: PluginContext): Promise<VmBackend> {
    try {
      return new VmBackend(provider, await vmSettings(section), context);
    } catch (error) {
      await provider[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    provider: VmProvider,
    settings: VmSettings,
    { executorId, logger, signal: closed }: PluginContext,
  ) {
    this.#provider = provider;
    this.#settings = settings;
    this.#logger = logger;
    const signal = AbortSignal.any([closed, this.#closing.signal]);
    const machines = new ClusterMachines(settings, provider, logger, signal);
    const master = new MasterMachine(machines, logger, signal);
    const { pool, folder, node, processes, heapMegabytes, container, startTimeoutMs, service } = settings;
    const access = new MasterAccess(
      {
        pool,
        openMaster: () => master.open(),
        lookForMaster: () => master.look(),
        folder,
        node,
        ...(processes !== undefined && { processes }),
        ...(heapMegabytes !== undefined && { heapMegabytes }),
        ...(container !== undefined && { container }),
        startTimeoutMs,
        service,
      },
      logger,
      signal,
    );
    const onFailed = (error: Error) => {
      this.#session.refuse(error);
      this.#rollingBack ??= this.#rollBack(master);
    };
    const { images } = provider;
    if (images !== undefined)
      this.images = {
        build: (name, options) => {
          const stop = AbortSignal.any([signal, ...(options.signal === undefined ? [] : [options.signal])]);
          const making = new ClusterMachines(settings, provider, logger, stop);
          return buildImage(name, options, { machines: making, images, logger, signal: stop });
        },
        list: () => images.list({ signal }),
        delete: (name) => images.delete(name, { signal }),
      };
    this.#machines = machines;
    this.#access = access;
    this.jobs = masterJobs(access);
    this.workers = masterWorkers(access);
    this.logs = masterLogs(access);
    this.shell = masterShell(access, machines.nameOf({ role: 'master' }));
    this.#pool = new WorkerPool({ machines, provider, access, logger, signal, onFailed });
    this.#session = new MasterSession({
      executorId,
      access,
      settings,
      logger,
      onDemand: (open) => this.#pool.demand(open),
    });
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    this.#isUsed = true;
    return this.#session.run(invocation, module, signal);
  }

  /** All machines that were made with this key, by whomever, whatever they do; then what was made for them and is not used. */
  async clean({ scope, signal }: BackendCleanOptions): Promise<BackendCleanReport> {
    if (scope !== 'everything') return { deleted: [] };
    const found = await this.#provider.list(ownedBy(this.#settings), { signal });
    await Promise.all(found.map(({ id }) => this.#provider.delete(id, { signal })));
    const more = (await this.#provider.clean?.({ signal })) ?? [];
    return { deleted: [...found.map(({ name }) => `machine ${name}`), ...more] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error('the executor was closed'));
    await this.#session[Symbol.asyncDispose]();
    await this.#access[Symbol.asyncDispose]();
    await this.#pool.settled();
    await this.#rollingBack;
    if (this.#settings.mode === 'create' && this.#isUsed) await this.#deleteAll();
    await this.#provider[Symbol.asyncDispose]();
  }

  /** Nothing came of it: a master without workers is of no use, unless others have it. */
  async #rollBack(master: MasterMachine): Promise<void> {
    try {
      const sessions = this.#access.isConnected ? (await (await this.#access.client()).status()).sessions : [];
      if (sessions.length > 1) return;
      this.#closing.abort(new Error('there are no machines'));
      await master.rollBack();
    } catch (error) {
      this.#logger.warn(`the master's machine could not be deleted, and will turn itself off: ${String(error)}`);
    }
  }

  async #deleteAll(): Promise<void> {
    const { signal } = new AbortController();
    try {
      const found = await this.#machines.listAll(signal);
      await Promise.all(found.map((vm) => this.#machines.delete(vm)));
    } catch (error) {
      this.#logger.warn(`machines could not be deleted, and will turn themselves off: ${String(error)}`);
    }
  }
}
