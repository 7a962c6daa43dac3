import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, InvocationError } from '@lithops/core/plugin';
import type { Vm, VmCallOptions, VmLabels, VmProvider, VmSpec } from '@lithops/standalone';
import { buildSshMachineImage, type DockerEngine, docker, startDockerEngine } from '@lithops-tools/services';
import Docker from 'dockerode';
import { ACCOUNT_LABEL } from './account.ts';
import { checkLabels, checkSpec, INSTANCE_TYPES } from './check-spec.ts';
import { MACHINE_SCRIPT, POWERED_OFF } from './machine-script.ts';
import { SimulatedImages } from './simulated-images.ts';

const NAME_LABEL = 'vm-simulator.name';
const POWER_OFF_LABEL = 'vm-simulator.on-power-off';
const REACHED_LABEL = 'vm-simulator.reached-by';
const LABEL_PREFIX = 'vm-simulator.label.';

/** What goes wrong on purpose. */
export interface SimulatorFaults {
  /** Why a machine is not made, where it is not: a quota, for example. */
  readonly refusal?: (spec: VmSpec) => string | undefined;
  /** Whether a machine that is made ever answers. */
  readonly boots?: (spec: VmSpec) => boolean;
}

/** A provider whose machines are containers: its state is all in the engine, so that processes share it as they share a cloud. */
export class VmSimulator implements VmProvider {
  readonly name = 'vm_simulator';
  readonly images: SimulatedImages;
  readonly #account: string;
  readonly #faults: SimulatorFaults;
  #engine: Promise<DockerEngine> | undefined;
  #api: Docker | undefined;
  #owner: Promise<string> | undefined;

  /** @param account of `openVmAccount`, here or in another process */
  constructor(account: string, faults: SimulatorFaults = {}) {
    this.#account = account;
    this.#faults = faults;
    this.images = new SimulatedImages(account, () => this.#open());
  }

  async create(spec: VmSpec, { signal }: VmCallOptions): Promise<Vm | undefined> {
    signal.throwIfAborted();
    checkSpec(spec);
    const refusal = this.#faults.refusal?.(spec);
    if (refusal !== undefined) throw new InvocationError(refusal);
    const engine = await this.#open();
    const image = spec.image === undefined ? await buildSshMachineImage(engine) : await this.images.find(spec.image);
    if (image === undefined) throw new ConfigError(`there is no image ${spec.image}`);
    const labels = {
      [ACCOUNT_LABEL]: this.#account,
      [NAME_LABEL]: spec.name,
      [POWER_OFF_LABEL]: spec.onPowerOff,
      [REACHED_LABEL]: spec.reachedBy,
      ...Object.fromEntries(Object.entries(spec.labels).map(([name, value]) => [`${LABEL_PREFIX}${name}`, value])),
    };
    const environment = {
      INSTANCE: randomBytes(8).toString('hex'),
      USER_DATA: Buffer.from(spec.userData).toString('base64'),
      BOOTS: this.#faults.boots?.(spec) === false ? 'no' : 'yes',
    };
    let id: string;
    try {
      // The engine sees to it that a name is given once.
      id = await docker(engine, [
        ...['create', '--name', `${this.#account}.${spec.name}`, '--network', this.#account, '--hostname', spec.name],
        ...['--volume', `${process.execPath}:/usr/local/bin/node:ro`],
        // What has an engine of its own elsewhere uses that of this cloud.
        ...['--volume', `${engine.socketPath}:/var/run/docker.sock`],
        ...['--label', await this.#ownerLabel(engine)],
        ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
        ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
        ...[image, '/bin/sh', '-c', MACHINE_SCRIPT],
      ]);
    } catch (error) {
      if (String(error).includes('is already in use')) return undefined;
      throw error;
    }
    try {
      await docker(engine, ['start', id]);
      const [made] = await this.#inspect([id]);
      if (made !== undefined) return toVm(made);
    } catch (error) {
      await docker(engine, ['rm', '--force', id]);
      throw error;
    }
    throw new InvocationError(`machine ${spec.name} was deleted while it was made`);
  }

  async list(labels: VmLabels, { signal }: VmCallOptions): Promise<readonly Vm[]> {
    signal.throwIfAborted();
    checkLabels(labels);
    const wanted = { [ACCOUNT_LABEL]: this.#account };
    const all = [
      ...Object.entries(wanted),
      ...Object.entries(labels).map(([name, value]) => [`${LABEL_PREFIX}${name}`, value] as const),
    ];
    const filters = { label: all.map(([name, value]) => `${name}=${value}`) };
    const listed = await (await this.#containers()).listContainers({ all: true, filters });
    const found = await this.#inspect(listed.map(({ Id }) => Id));
    const gone = found.filter(isDeleted);
    // What the cloud does by itself, some time.
    await Promise.all(gone.map(({ Id }) => this.delete(Id, { signal })));
    return found.filter((each) => !isDeleted(each)).map(toVm);
  }

  async start(id: string, { signal }: VmCallOptions): Promise<void> {
    signal.throwIfAborted();
    await docker(await this.#open(), ['start', id]);
  }

  async stop(id: string, { signal }: VmCallOptions): Promise<void> {
    signal.throwIfAborted();
    const engine = await this.#open();
    await docker(engine, ['kill', id]).catch((error: unknown) => {
      if (!String(error).includes('is not running')) throw error;
    });
    await docker(engine, ['wait', id]);
  }

  async delete(id: string, { signal }: VmCallOptions): Promise<void> {
    for (; (await this.#inspect([id])).length > 0; await delay(50, undefined, { signal }))
      // Others may be at it.
      await docker(await this.#open(), ['rm', '--force', '--volumes', id]).catch(() => {});
  }

  async cpus(instanceType: string, { signal }: VmCallOptions): Promise<number> {
    signal.throwIfAborted();
    const cpus = INSTANCE_TYPES[instanceType];
    if (cpus === undefined) throw new ConfigError(`there is no instance type ${instanceType}`);
    return cpus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#engine)?.[Symbol.asyncDispose]();
  }

  #open(): Promise<DockerEngine> {
    this.#engine ??= startDockerEngine();
    return this.#engine;
  }

  /** Whose account it is: when that process is dead, others take its machines away. */
  #ownerLabel(engine: DockerEngine): Promise<string> {
    const name = 'lithops-test.owner';
    const format = `{{index .Labels "${name}"}}`;
    this.#owner ??= docker(engine, ['network', 'inspect', '--format', format, this.#account]);
    return this.#owner.then((owner) => `${name}=${owner}`);
  }

  /** Asked all the time, so by its API: each start of its command line takes a tenth of a second of a processor. */
  async #containers(): Promise<Docker> {
    const { socketPath } = await this.#open();
    this.#api ??= new Docker({ socketPath });
    return this.#api;
  }

  /** Those that are there. */
  async #inspect(ids: readonly string[]): Promise<readonly Docker.ContainerInspectInfo[]> {
    const engine = await this.#containers();
    const found = await Promise.all(
      ids.map((id) =>
        engine
          .getContainer(id)
          .inspect()
          .catch((error: { readonly statusCode?: number }) => {
            if (error.statusCode === 404) return undefined; // it is gone
            throw error;
          }),
      ),
    );
    return found.filter((each) => each !== undefined);
  }
}

/** Whether the machine has turned itself off, and is to be gone then. */
function isDeleted({ State, Config }: Docker.ContainerInspectInfo): boolean {
  const isOff = State.Status === 'removing' || (State.Status === 'exited' && State.ExitCode === POWERED_OFF);
  return isOff && (State.Status === 'removing' || Config.Labels[POWER_OFF_LABEL] === 'delete');
}

function toVm({ Id, Created, State, Config, NetworkSettings }: Docker.ContainerInspectInfo): Vm {
  const [address = ''] = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  const labels = Object.entries(Config.Labels).flatMap(([name, value]) =>
    name.startsWith(LABEL_PREFIX) ? [[name.slice(LABEL_PREFIX.length), value] as const] : [],
  );
  const reached = { machines: address, ...(Config.Labels[REACHED_LABEL] === 'client' && { client: address }) };
  return {
    id: Id,
    name: Config.Labels[NAME_LABEL] ?? '',
    labels: Object.fromEntries(labels),
    state: State.Status === 'created' ? 'starting' : State.Status === 'running' ? 'running' : 'stopped',
    createdAt: new Date(Created),
    addresses: address === '' ? {} : reached,
  };
}
