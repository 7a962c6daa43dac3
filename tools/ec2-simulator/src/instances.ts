import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  InstanceStateChange,
  Reservation,
  RunInstancesRequest,
} from '@aws-sdk/client-ec2';
import type { Vm } from '@lithops/standalone';
import type { VmSimulator } from '@lithops-tools/vm-simulator';
import { checkPlace } from './check-place.ts';
import { checkRun } from './check-run.ts';
import { Ec2Fault } from './ec2-fault.ts';
import type { MotoClient } from './moto-client.ts';
import { publicImage } from './public-images.ts';
import { CODES, incorrectState, type SimulatedInstance, shown } from './simulated-instance.ts';

export interface InstancesParts {
  readonly moto: MotoClient;
  readonly machines: VmSimulator;
  /** Requests do not show at once what was made. */
  readonly showDelayMs: number;
  /** How long a terminated instance takes until it lets go of its network. */
  readonly terminateMs: number;
}

const signal = new AbortController().signal;
/** Of all images here. */
const ROOT_DEVICE = '/dev/sda1';

/** Instances: moto has their records, and each has a container, which boots by its user data and may turn itself off. */
export class Instances implements AsyncDisposable {
  readonly #parts: InstancesParts;
  readonly #all = new Map<string, SimulatedInstance>();
  readonly #tokens = new Map<string, { readonly request: string; readonly made: Promise<Reservation> }>();
  readonly #work = new Set<Promise<void>>();
  #looking: Promise<readonly Vm[]> | undefined;

  constructor(parts: InstancesParts) {
    this.#parts = parts;
  }

  run(input: RunInstancesRequest): Promise<Reservation> {
    checkRun(input);
    const { ClientToken: token } = input;
    const request = JSON.stringify(input);
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (known !== undefined) {
      if (known.request === request) return known.made;
      throw new Ec2Fault(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    const made = this.#make(input);
    if (token !== undefined) {
      this.#tokens.set(token, { request, made });
      // What failed may be asked for again.
      made.catch(() => this.#tokens.delete(token));
    }
    return made;
  }

  async describe({ Filters = [], ...input }: DescribeInstancesRequest): Promise<DescribeInstancesResult> {
    const machines = await this.#look();
    const states = Filters.filter(({ Name }) => Name === 'instance-state-name').flatMap(({ Values = [] }) => Values);
    const others = Filters.filter(({ Name }) => Name !== 'instance-state-name');
    const answer = await this.#parts.moto.call<DescribeInstancesResult>('DescribeInstances', {
      ...input,
      Filters: others,
    });
    const addresses = new Map(machines.map(({ name, addresses: { client } }) => [name, client]));
    const reservations = (answer.Reservations ?? []).map((reservation) => ({
      ...reservation,
      Instances: (reservation.Instances ?? []).flatMap((instance) => {
        const own = this.#all.get(instance.InstanceId ?? '');
        if (own === undefined || Date.now() - own.madeAt < this.#parts.showDelayMs) return [];
        return states.length === 0 || states.includes(own.state) ? [shown(instance, own, addresses.get(own.id))] : [];
      }),
    }));
    return { ...answer, Reservations: reservations.filter(({ Instances }) => Instances.length > 0) };
  }

  async start(ids: readonly string[]): Promise<InstanceStateChange[]> {
    return this.#change('StartInstances', ids, (own) => {
      if (own.state === 'running' || own.state === 'pending') return;
      if (own.state !== 'stopped') throw incorrectState(own, 'started');
      own.state = 'pending';
      this.#do(async () => {
        if (own.machine !== undefined) await this.#parts.machines.start(own.machine, { signal });
        own.state = 'running';
      });
    });
  }

  async stop(ids: readonly string[]): Promise<InstanceStateChange[]> {
    return this.#change('StopInstances', ids, (own) => {
      if (own.isSpot)
        throw new Ec2Fault(
          'UnsupportedOperation',
          `You can't stop the Spot Instance '${own.id}' because it is associated with a one-time Spot Instance request.`,
        );
      if (own.state === 'stopped' || own.state === 'stopping') return;
      if (own.state !== 'running') throw incorrectState(own, 'stopped');
      own.state = 'stopping';
      this.#do(async () => {
        if (own.machine !== undefined) await this.#parts.machines.stop(own.machine, { signal });
        own.state = 'stopped';
      });
    });
  }

  async terminate(ids: readonly string[]): Promise<InstanceStateChange[]> {
    return this.#change('TerminateInstances', ids, (own) => {
      if (own.state === 'shutting-down' || own.state === 'terminated') return;
      own.state = 'shutting-down';
      this.#do(async () => {
        if (own.machine !== undefined) await this.#parts.machines.delete(own.machine, { signal });
        own.machine = undefined;
        await new Promise((resolve) => setTimeout(resolve, this.#parts.terminateMs));
        own.state = 'terminated';
      });
    });
  }

  /** Keeps the disk of an instance as an image. */
  async capture(id: string, image: string): Promise<void> {
    const { machine, state } = this.#find(id);
    if (machine === undefined || state !== 'stopped')
      throw new Ec2Fault(
        'IncorrectState',
        `this simulator makes images of instances that are stopped; ${id} is ${state}`,
      );
    await this.#parts.machines.images.capture(machine, image, { signal });
  }

  /** Those that hold a subnet or a security group. */
  usersOf(id: string): readonly string[] {
    const holds = ({ state, subnet, groups }: SimulatedInstance) =>
      state !== 'terminated' && (subnet === id || groups.includes(id));
    return [...this.#all.values()].filter(holds).map((own) => own.id);
  }

  /** Its container, for tests that do something to it. */
  machineOf(id: string): string | undefined {
    return this.#all.get(id)?.machine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#work);
  }

  async #make(input: RunInstancesRequest): Promise<Reservation> {
    const { moto, machines } = this.#parts;
    const { ImageId = '' } = input;
    const [face = {}] = input.NetworkInterfaces ?? [];
    const isPublicImage = publicImage(ImageId) !== undefined;
    if (!isPublicImage && (await machines.images.find(ImageId)) === undefined)
      throw new Ec2Fault('InvalidAMIID.NotFound', `The image id '[${ImageId}]' does not exist`);
    await checkPlace(moto, face.SubnetId, face.Groups ?? []);
    // Of what it is made is told by us.
    const { ClientToken: _, MetadataOptions: __, InstanceMarketOptions: ___, ...asked } = input;
    const reservation = await moto.call<Reservation>('RunInstances', {
      ...asked,
      BlockDeviceMappings: (input.BlockDeviceMappings ?? []).map((mapping) =>
        // The disk that the image has is as large as that, unless it is to be larger; moto has to be told.
        mapping.DeviceName === ROOT_DEVICE ? { ...mapping, Ebs: { VolumeSize: 8, ...mapping.Ebs } } : mapping,
      ),
    });
    const [instance] = reservation.Instances ?? [];
    const id = instance?.InstanceId ?? '';
    const own: SimulatedInstance = {
      id,
      madeAt: Date.now(),
      token: input.ClientToken,
      isSpot: input.InstanceMarketOptions?.MarketType === 'spot',
      isPublic: face.AssociatePublicIpAddress === true,
      subnet: face.SubnetId,
      groups: face.Groups ?? [],
      state: 'pending',
      machine: undefined,
    };
    this.#all.set(id, own);
    this.#do(async () => {
      const vm = await machines.create(
        {
          name: id,
          labels: {},
          instanceType: 'small',
          ...(!isPublicImage && { image: ImageId }),
          userData: Buffer.from(input.UserData ?? '', 'base64').toString() || '#!/bin/sh\n',
          onPowerOff: input.InstanceInitiatedShutdownBehavior === 'terminate' ? 'delete' : 'stop',
          reachedBy: 'client',
        },
        { signal },
      );
      if (vm === undefined) throw new Error(`there are two machines ${id}`);
      if (own.state === 'pending') {
        own.machine = vm.id;
        own.state = 'running';
      } else await machines.delete(vm.id, { signal });
    });
    return { ...reservation, Instances: [shown(instance ?? {}, own, undefined)] };
  }

  async #change(
    operation: string,
    ids: readonly string[],
    change: (own: SimulatedInstance) => void,
  ): Promise<InstanceStateChange[]> {
    await this.#look();
    const all = ids.map((id) => this.#find(id));
    const before = all.map(({ state }) => state);
    for (const own of all) change(own);
    const changed = all.filter(({ state }, index) => state !== before[index]).map(({ id }) => id);
    if (changed.length > 0) await this.#parts.moto.call(operation, { InstanceIds: changed });
    return all.map(({ id, state }, index) => ({
      InstanceId: id,
      CurrentState: { Name: state, Code: CODES[state] },
      PreviousState: { Name: before[index] ?? state, Code: CODES[before[index] ?? state] },
    }));
  }

  /** What instances have done to themselves; looked at once for all who want to know at the same time. @returns the machines */
  #look(): Promise<readonly Vm[]> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<readonly Vm[]> {
    const wereRunning = [...this.#all.values()].filter(({ state }) => state === 'running');
    const machines = await this.#parts.machines.list({}, { signal });
    for (const own of wereRunning) {
      const machine = machines.find(({ id }) => id === own.machine);
      // Or somebody has asked for another state meanwhile.
      if (machine?.state === 'running' || own.state !== 'running') continue;
      own.state = machine === undefined ? 'terminated' : 'stopped';
      const operation = machine === undefined ? 'TerminateInstances' : 'StopInstances';
      await this.#parts.moto.call(operation, { InstanceIds: [own.id] });
    }
    return machines;
  }

  #find(id: string): SimulatedInstance {
    if (!/^i-[0-9a-f]{17}$/.test(id)) throw new Ec2Fault('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
    const own = this.#all.get(id);
    if (own === undefined) throw new Ec2Fault('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    return own;
  }

  #do(work: () => Promise<void>): void {
    const doing = work().finally(() => this.#work.delete(doing));
    this.#work.add(doing);
    doing.catch((error: unknown) => console.error(error)); // a fault of the simulator: the test fails by what is not there
  }
}
