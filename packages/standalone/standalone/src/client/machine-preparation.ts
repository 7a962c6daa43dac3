import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, LithopsError, type PluginLogger } from '@lithops/core/plugin';
import { admitMaster } from '../bootstrap/admit-master.ts';
import { installDocker } from '../bootstrap/install-docker.ts';
import { type InstalledMachine, installMachine } from '../bootstrap/install-machine.ts';
import { prepareContainer } from '../bootstrap/prepare-container.ts';
import { currentRelease, type Release } from '../bootstrap/release.ts';
import { masterPublicKey } from '../bootstrap/start-master.ts';
import { containerEnvironment, containerEnvironmentName } from '../protocol/container-environment.ts';
import { folderLayout } from '../protocol/folder-layout.ts';
import type { MachineSpec } from '../protocol/master-api.ts';
import { SshConnection } from '../ssh/ssh-connection.ts';
import { describeTarget, type SshTarget } from '../ssh/ssh-target.ts';
import type { ClusterService, ClusterSettings } from './cluster-settings.ts';
import { isPassing } from './lithops-error.ts';
import type { MasterClient } from './master-client.ts';

/** Name of the master's own machine, where it runs tasks. */
const OWN_MACHINE = 'master';
/** Machines that are prepared at once. */
const MACHINES_AT_ONCE = 16;
const TRY_AGAIN_MS = 500;

export interface MachinePreparationParts {
  readonly settings: ClusterService;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
  /** A connection to the master's machine. */
  readonly connect: () => Promise<SshConnection>;
}

/** Installs what machines need, of a master and of workers, and has workers let the master in. */
export class MachinePreparation {
  readonly #parts: MachinePreparationParts;

  constructor(parts: MachinePreparationParts) {
    this.#parts = parts;
  }

  /** Name of the environment of containers that machines are prepared for. */
  get container(): string | undefined {
    const { container } = this.#parts.settings;
    return container && containerEnvironmentName(containerEnvironment(container));
  }

  /** The master's own machine. */
  async installMaster(
    connection: SshConnection,
    release: Release,
  ): Promise<InstalledMachine & { readonly spec: MachineSpec }> {
    const { folder, node } = this.#parts.settings;
    const installed = await installMachine(connection, release, 'master', {
      folder,
      node,
      logger: this.#parts.logger,
      containers: this.container !== undefined,
    });
    const { cpus } = installed.facts;
    const spec = { name: OWN_MACHINE, cpus, release: release.version, start: installed.layout.startWorker };
    return { ...installed, spec };
  }

  /**
   * Has the master use all machines of a cluster, those that it does not know after they were prepared.
   * @throws when no machine at all can be had; one that others do without is told in the log
   */
  async prepareAll(askMaster: () => Promise<MasterClient>, settings: ClusterSettings): Promise<void> {
    const { logger, signal } = this.#parts;
    const { specs } = await (await askMaster()).status();
    const release = await currentRelease();
    const wanted = wantedMachines(settings);
    const { container } = this;
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
          await (await askMaster()).useMachines([spec]);
        } catch (error) {
          if (signal.aborted) return;
          const failure = error instanceof Error ? error : new Error(String(error));
          failures.push(failure);
          logger.warn(`machine ${name} is done without: ${failure.message}`);
        }
      }
    };
    await Promise.all(Array.from({ length: MACHINES_AT_ONCE }, prepareNext));
    if (failures.length < wanted.length || signal.aborted) return;
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
    for (
      const last = Date.now() + startTimeoutMs;
      ;
      await delay(TRY_AGAIN_MS, undefined, { signal: this.#parts.signal })
    ) {
      try {
        const master = await this.#parts.connect();
        if (workers.length === 0) {
          const { spec, ...installed } = await this.installMaster(master, release);
          return { ...spec, ...(await this.#prepareContainers(master, installed, release)) };
        }
        return await this.prepareWorker(name, target);
      } catch (error) {
        if (!isPassing(error) || Date.now() > last) throw error;
      }
    }
  }

  /** A worker that the master reaches. @throws SshError, InvocationError, ConfigError */
  async prepareWorker(name: string, worker: SshTarget): Promise<MachineSpec> {
    const master = await this.#parts.connect();
    const target = this.#throughMaster(worker);
    const { folder, node } = this.#parts.settings;
    const release = await currentRelease();
    await using connection = await SshConnection.open(target, this.#parts.signal);
    const { facts, layout } = await installMachine(connection, release, 'worker', {
      folder,
      node,
      logger: this.#parts.logger,
      containers: this.container !== undefined,
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
    const { container } = this.#parts.settings;
    if (container === undefined) return {};
    const progress = (text: string) => this.#parts.logger.info(`${connection.where}: ${text}`);
    if (container.config.dockerHost === undefined) await installDocker(connection, facts, progress);
    return { containers: [await prepareContainer(connection, layout, version, container, progress)] };
  }

  #throughMaster(target: SshTarget): SshTarget {
    return { ...target, tunnel: async () => (await this.#parts.connect()).connect(target.host, target.port) };
  }
}

/** The machines of a cluster that run tasks. */
export function wantedMachines({
  workers,
  master,
}: ClusterSettings): { readonly name: string; readonly target: SshTarget }[] {
  if (workers.length === 0) return [{ name: OWN_MACHINE, target: master }];
  return workers.map((target) => ({ name: describeTarget(target), target }));
}
