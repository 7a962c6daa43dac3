import type { PluginLogger } from '@lithops/core/plugin';
import { currentRelease, type Release } from '../bootstrap/release.ts';
import { findMaster, startMaster } from '../bootstrap/start-master.ts';
import type { WorkerEnvironment } from '../protocol/master-api.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import type { SshTarget } from '../ssh/ssh-target.ts';
import type { ClusterSettings, PoolSettings } from './cluster-settings.ts';
import { MachinePreparation, wantedMachines } from './machine-preparation.ts';
import type { MasterClient } from './master-client.ts';

/** The way to a cluster's master: installed and started where it is not, reached again when the connection broke. */
export class MasterAccess implements AsyncDisposable {
  readonly #settings: ClusterSettings | PoolSettings;
  readonly #logger: PluginLogger;
  readonly #signal: AbortSignal;
  readonly #preparation: MachinePreparation;
  #connection: SshConnection | undefined;
  #connecting: Promise<SshConnection> | undefined;
  #asking: Promise<MasterClient> | undefined;
  #release: Release | undefined;
  #machines: Promise<void> | undefined;

  constructor(settings: ClusterSettings | PoolSettings, logger: PluginLogger, signal: AbortSignal) {
    this.#settings = settings;
    this.#logger = logger;
    this.#signal = signal;
    this.#preparation = new MachinePreparation({ settings, logger, signal, connect: () => this.#connect() });
  }

  /** What this client's tasks run in; known when {@link client} was. */
  get environment(): WorkerEnvironment {
    const settings = this.#settings;
    const { processes, heapMegabytes } = settings;
    const { container } = this.#preparation;
    return {
      release: this.#release?.version ?? '',
      machines: 'pool' in settings ? { pool: settings.pool } : wantedMachines(settings).map(({ name }) => name),
      ...(container !== undefined && { container }),
      ...(processes !== undefined && { processes }),
      ...(heapMegabytes !== undefined && { heapMegabytes }),
    };
  }

  /** Rejects when no machine at all can be had; one that others do without is told in the log. */
  get machines(): Promise<void> {
    return this.#machines ?? Promise.resolve();
  }

  /** The master, at work. Machines are added to it while others run tasks already. @throws SshError, InvocationError, ConfigError */
  client(): Promise<MasterClient> {
    this.#asking ??= this.#findOrStart().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Has the master use a machine of a pool; tried once. @throws SshError, InvocationError, ConfigError */
  async addWorker(name: string, target: SshTarget, pool: string): Promise<void> {
    const spec = await this.#preparation.prepareWorker(name, target);
    await (await this.client()).useMachines([{ ...spec, pool }]);
  }

  /** Whether the master can be asked without anything being made for it. */
  get isConnected(): boolean {
    return this.#connection?.usable === true;
  }

  async #findOrStart(): Promise<MasterClient> {
    this.#release ??= await currentRelease();
    const connection = await this.#connect();
    const settings = this.#settings;
    const { folder, service } = settings;
    const { version } = this.#release;
    let client = await findMaster(connection, folder);
    if (client?.version !== version) {
      const { spec, ...installed } = await this.#preparation.installMaster(connection, this.#release);
      client = await startMaster(connection, installed, { ...service, version }, this.#logger);
      const isAlone = 'workers' in settings && settings.workers.length === 0;
      if (isAlone && this.#preparation.container === undefined) await client.useMachines([spec]);
    }
    if ('pool' in settings) return client;
    this.#machines ??= this.#preparation.prepareAll(() => this.client(), settings);
    this.#machines.catch(() => {}); // told by whoever asks
    return client;
  }

  /** The master that runs, of whichever release, without anything being installed or started. @throws SshError, ConfigError */
  async found(): Promise<MasterClient | undefined> {
    const connection = await this.machine();
    return connection && findMaster(connection, this.#settings.folder);
  }

  /** A connection to the master's machine, where there is one: no machine is made for it. @throws SshError, ConfigError */
  async machine(): Promise<SshConnection | undefined> {
    const { lookForMaster } = this.#settings;
    if (lookForMaster === undefined || this.isConnected) return this.#connect();
    this.#connection = await lookForMaster();
    return this.#connection;
  }

  /** Whether the process is to wait for what comes from there. */
  hold(busy: boolean): void {
    this.#connection?.hold(busy);
  }

  /** The connection is of no use: nothing comes from it. */
  drop(): void {
    this.#connection?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection?.[Symbol.asyncDispose]();
  }

  async #connect(): Promise<SshConnection> {
    if (this.#connection?.usable === true) return this.#connection;
    const settings = this.#settings;
    this.#connecting ??= (
      'pool' in settings
        ? settings.openMaster()
        : (settings.openMaster?.() ?? SshConnection.open(settings.master, this.#signal))
    ).finally(() => {
      this.#connecting = undefined;
    });
    this.#connection = await this.#connecting;
    return this.#connection;
  }
}
