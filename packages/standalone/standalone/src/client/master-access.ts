import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, LithopsError, type PluginLogger } from '@lithops/core/plugin';
import { admitMaster } from '../bootstrap/admit-master.ts';
import { installDocker } from '../bootstrap/install-docker.ts';
import { type InstalledMachine, installMachine } from '../bootstrap/install-machine.ts';
import { prepareContainer } from '../bootstrap/prepare-container.ts';
import { currentRelease, type Release } from '../bootstrap/release.ts';
import { findMaster, masterPublicKey, startMaster } from '../bootstrap/start-master.ts';
import { containerEnvironment, containerEnvironmentName } from '../protocol/container-environment.ts';
import { folderLayout } from '../protocol/folder-layout.ts';
import type { MachineSpec, WorkerEnvironment } from '../protocol/master-api.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import { describeTarget, type SshTarget } from '../ssh/ssh-target.ts';
import type { ClusterSettings, PoolSettings } from './cluster-settings.ts';
import { isPassing } from './lithops-error.ts';
import type { MasterClient } from './master-client.ts';

const OWN_MACHINE = 'master';
/** Machines that are prepared at once. */
const MACHINES_AT_ONCE = 16;
const TRY_AGAIN_MS = 500;

/** The way to a cluster's master: installed and started where it is not, reached again when the connection broke. */
export class MasterAccess implements AsyncDisposable {
  readonly #settings: ClusterSettings | PoolSettings;
  readonly #logger: PluginLogger;
  readonly #signal: AbortSignal;
  #connection: SshConnection | undefined;
  #connecting: Promise<SshConnection> | undefined;
  #asking: Promise<MasterClient> | undefined;
  #release: Release | undefined;
  #machines: Promise<void> | undefined;

  constructor(settings: ClusterSettings | PoolSettings, logger: PluginLogger, signal: AbortSignal) {
    this.#settings = settings;
    this.#logger = logger;
    this.#signal = signal;
  }

  /** What this client's tasks run in; known when {@link client} was. */
  get environment(): WorkerEnvironment {
    const settings = this.#settings;
    const { processes, heapMegabytes } = settings;
    return {
      release: this.#release?.version ?? '',
      machines: 'pool' in settings ? { pool: settings.pool } : wantedMachines(settings).map(({ name }) => name),
      ...(this.#container !== undefined && { container: this.#container }),
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
    const spec = await this.#prepareWorker(name, this.#throughMaster(target), await this.#connect());
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
      const { spec, ...installed } = await this.#install(connection, this.#release);
      client = await startMaster(connection, installed, { ...service, version }, this.#logger);
      const isAlone = 'workers' in settings && settings.workers.length === 0;
      if (isAlone && this.#container === undefined) await client.useMachines([spec]);
    }
    if ('pool' in settings) return client;
    this.#machines ??= this.#prepareMachines(client, settings);
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
    const settings = this.#settings;
    if (!('pool' in settings) || this.isConnected) return this.#connect();
    this.#connection = await settings.lookForMaster();
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

  /** Name of the containers' environment. */
  get #container(): string | undefined {
    const { container } = this.#settings;
    return container && containerEnvironmentName(containerEnvironment(container));
  }

  #throughMaster(target: SshTarget): SshTarget {
    return { ...target, tunnel: async () => (await this.#connect()).connect(target.host, target.port) };
  }

  async #connect(): Promise<SshConnection> {
    if (this.#connection?.usable === true) return this.#connection;
    const settings = this.#settings;
    this.#connecting ??= (
      'pool' in settings ? settings.openMaster() : SshConnection.open(settings.master, this.#signal)
    ).finally(() => {
      this.#connecting = undefined;
    });
    this.#connection = await this.#connecting;
    return this.#connection;
  }

  async #install(
    connection: SshConnection,
    release: Release,
  ): Promise<InstalledMachine & { readonly spec: MachineSpec }> {
    const { folder, node } = this.#settings;
    const installed = await installMachine(connection, release, 'master', {
      folder,
      node,
      logger: this.#logger,
      containers: this.#container !== undefined,
    });
    const { cpus } = installed.facts;
    const spec = { name: OWN_MACHINE, cpus, release: release.version, start: installed.layout.startWorker };
    return { ...installed, spec };
  }

  async #prepareMachines(client: MasterClient, settings: ClusterSettings): Promise<void> {
    const { specs } = await client.status();
    const release = await currentRelease();
    const wanted = wantedMachines(settings);
    const container = this.#container;
    const isPrepared = ({ containers = [] }: MachineSpec) =>
      container === undefined || (containers.includes(container) && settings.container?.config.pullRuntime !== true);
    const missing = wanted.filter(
      ({ name }) => !specs.some((spec) => spec.name === name && spec.release === release.version && isPrepared(spec)),
    );
    const failures: Error[] = [];
    const prepareNext = async () => {
      for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
        const { name, target } = next;
        try {
          const spec = await this.#prepare(name, target, release, settings);
          await (await this.client()).useMachines([spec]);
        } catch (error) {
          if (this.#signal.aborted) return;
          const failure = error instanceof Error ? error : new Error(String(error));
          failures.push(failure);
          this.#logger.warn(`machine ${name} is done without: ${failure.message}`);
        }
      }
    };
    await Promise.all(Array.from({ length: MACHINES_AT_ONCE }, prepareNext));
    if (failures.length < wanted.length || this.#signal.aborted) return;
    const [first] = failures;
    const isSame = failures.every(
      (failure) => failure instanceof LithopsError && first instanceof LithopsError && failure.code === first.code,
    );
    // What is wrong everywhere alike, an image that is not there, say, is told as what it is.
    if (failures.length === 1 || (isSame && !(first instanceof InvocationError))) throw first;
    throw new InvocationError(
      `none of the ${failures.length} machines can be worked on: ${failures.map(({ message }) => message).join('; ')}`,
      { cause: new AggregateError(failures) },
    );
  }

  /** Tries as long as it may take to come up. */
  async #prepare(
    name: string,
    target: SshTarget,
    release: Release,
    { startTimeoutMs, workers }: ClusterSettings,
  ): Promise<MachineSpec> {
    for (const last = Date.now() + startTimeoutMs; ; await delay(TRY_AGAIN_MS, undefined, { signal: this.#signal })) {
      try {
        const master = await this.#connect();
        if (workers.length === 0) {
          const { spec, ...installed } = await this.#install(master, release);
          return { ...spec, ...(await this.#prepareContainers(master, installed, release)) };
        }
        return await this.#prepareWorker(name, this.#throughMaster(target), master);
      } catch (error) {
        if (!isPassing(error) || Date.now() > last) throw error;
      }
    }
  }

  async #prepareWorker(name: string, target: SshTarget, master: SshConnection): Promise<MachineSpec> {
    const { folder, node } = this.#settings;
    const release = await currentRelease();
    await using connection = await SshConnection.open(target, this.#signal);
    const { facts, layout } = await installMachine(connection, release, 'worker', {
      folder,
      node,
      logger: this.#logger,
      containers: this.#container !== undefined,
    });
    const containers = await this.#prepareContainers(connection, { facts, layout }, release);
    // Last: a machine that could not be prepared lets nobody in.
    const { stdout: masterBase } = await master.run(
      `cd ${folder.startsWith('/') ? folder : `"$HOME"/${folder}`} && pwd -P`,
    );
    await admitMaster(connection, layout, await masterPublicKey(master, folderLayout(masterBase.trim())));
    const { host, port, username } = target;
    return {
      name,
      cpus: facts.cpus,
      release: release.version,
      start: layout.startWorker,
      ...containers,
      ssh: { host, port, username, hostKey: connection.hostKey.toString('base64') },
    };
  }

  /** Nothing, where tasks run in processes. */
  async #prepareContainers(
    connection: SshConnection,
    { facts, layout }: InstalledMachine,
    { version }: Release,
  ): Promise<Pick<MachineSpec, 'containers'>> {
    const { container } = this.#settings;
    if (container === undefined) return {};
    const progress = (text: string) => this.#logger.info(`${connection.where}: ${text}`);
    if (container.config.dockerHost === undefined) await installDocker(connection, facts, progress);
    return { containers: [await prepareContainer(connection, layout, version, container, progress)] };
  }
}

function wantedMachines({ workers, master }: ClusterSettings): { readonly name: string; readonly target: SshTarget }[] {
  if (workers.length === 0) return [{ name: OWN_MACHINE, target: master }];
  return workers.map((target) => ({ name: describeTarget(target), target }));
}
