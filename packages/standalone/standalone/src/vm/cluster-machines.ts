import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { userDataScript } from '../provider/user-data.ts';
import type { Vm, VmLabels, VmProvider } from '../provider/vm-provider.ts';
import { sshKeyPair } from '../ssh/ssh-key-pair.ts';
import type { SshTarget } from '../ssh/ssh-target.ts';
import { fingerprintOfLabel, hostKeyLabel } from './host-key-label.ts';
import { LEAST_GUARD_SECONDS, type VmSettings } from './vm-settings.ts';

const LOOK_MS = 500;
/** A machine that becomes an image goes after that, should it be forgotten. */
const MOST_BUILD_SECONDS = 2 * 3600;

/** Whose the machines are: all that were made with the same key. */
const OWNER = 'lithops-owner';
const CLUSTER = 'lithops-cluster';
const HOST_KEY = 'lithops-host-key';

/** Which of a cluster's machines. */
export type MachineRole =
  | { readonly role: 'master' }
  | { readonly role: 'worker'; readonly number: number }
  /** One that becomes an image. */
  | { readonly role: 'image'; readonly number: string };

/** The machines of a cluster as its cloud has them: found by their names, made where they are not there. */
export class ClusterMachines {
  readonly settings: VmSettings;
  readonly #provider: VmProvider;
  readonly #logger: PluginLogger;
  readonly #signal: AbortSignal;
  readonly #made = new Set<string>();
  #listing: Promise<readonly Vm[]> | undefined;

  constructor(settings: VmSettings, provider: VmProvider, logger: PluginLogger, signal: AbortSignal) {
    this.settings = settings;
    this.#provider = provider;
    this.#logger = logger;
    this.#signal = signal;
  }

  nameOf(machine: MachineRole): string {
    const { cluster, pool } = this.settings;
    if (machine.role === 'master') return `lithops-${cluster}-master`;
    return `lithops-${cluster}-${machine.role === 'worker' ? pool : 'image'}-${machine.number}`;
  }

  /** Asked once for all who want to know at the same time. */
  list(): Promise<readonly Vm[]> {
    this.#listing ??= this.listAll(this.#signal).finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  listAll(signal: AbortSignal): Promise<readonly Vm[]> {
    return this.#provider.list({ [CLUSTER]: this.settings.cluster }, { signal });
  }

  /** Whether it was this client that had it made. */
  hasMade({ id }: Pick<Vm, 'id'>): boolean {
    return this.#made.has(id);
  }

  /**
   * A machine that runs and has an address: the one that is there, that was off, or a new one. It may still not answer.
   * @throws what the provider says; InvocationError when it does not start within the time for it
   */
  async running(machine: MachineRole): Promise<Vm> {
    const name = this.nameOf(machine);
    const signal = this.#signal;
    for (const last = Date.now() + this.settings.startTimeoutMs; ; await delay(LOOK_MS, undefined, { signal })) {
      const found = (await this.list()).find((vm) => vm.name === name);
      if (found === undefined) {
        const made = await this.#make(machine, name);
        // There is none, and there is one: somebody else has just made it, or it is being deleted.
        if (made !== undefined) this.#made.add(made.id);
      } else if (found.state === 'stopped') await this.#revive(found);
      else if (found.state === 'running' && addressOf(machine, found) !== undefined) return found;
      if (Date.now() < last) continue;
      if (found !== undefined) await this.delete(found);
      throw new InvocationError(
        `machine ${name} did not start within ${this.settings.startTimeoutMs / 1000} s: it ${found === undefined ? 'is not there' : `is ${found.state}`}`,
        { hint: 'set start_timeout higher, or look at the machine in the console of the cloud' },
      );
    }
  }

  /** How a machine is logged in on. @throws ConfigError when it is not known which key it has */
  target(machine: MachineRole, vm: Vm): Omit<SshTarget, 'tunnel'> {
    const { username, login } = this.settings;
    const fingerprint = fingerprintOfLabel(vm.labels[HOST_KEY]);
    const host = addressOf(machine, vm);
    if (fingerprint === undefined || host === undefined)
      throw new ConfigError(`machine ${vm.name} is called like one of ours, and was not made by us`, {
        hint: 'delete it, or set another ssh_key_filename',
      });
    return {
      host,
      port: 22,
      username,
      credentials: { privateKeys: [login.privateKey] },
      hostKeys: { type: 'fingerprint', fingerprint },
    };
  }

  /** Turns a machine off, and keeps it. */
  stop(id: string): Promise<void> {
    return this.#provider.stop(id, { signal: this.#signal });
  }

  /** Also when we are closed meanwhile: what is not wanted must go. */
  async delete({ id, name }: Pick<Vm, 'id' | 'name'>): Promise<void> {
    this.#logger.debug(`deleting machine ${name}`);
    await this.#provider.delete(id, { signal: new AbortController().signal });
    this.#made.delete(id);
  }

  async #make(machine: MachineRole, name: string): Promise<Vm | undefined> {
    const { settings } = this;
    const isMaster = machine.role === 'master';
    const isImage = machine.role === 'image';
    const hostKey = sshKeyPair(name);
    const publicBlob = Buffer.from(hostKey.public.split(' ')[1] ?? '', 'base64');
    const softSeconds = Math.max(LEAST_GUARD_SECONDS, Math.ceil(settings.service.softTimeout ?? 0));
    this.#logger.info(`making machine ${name}`);
    return this.#provider.create(
      {
        name,
        labels: {
          ...ownedBy(settings),
          [CLUSTER]: settings.cluster,
          'lithops-role': machine.role,
          [HOST_KEY]: hostKeyLabel(publicBlob),
        },
        instanceType: isMaster ? settings.masterInstanceType : settings.workerInstanceType,
        ...(settings.image !== undefined && { image: settings.image }),
        userData: userDataScript({
          username: settings.username,
          authorizedKeys: [settings.login.publicKey],
          hostKey: hostKey.private,
          folder: settings.folder,
          guard: {
            firstSeconds: Math.ceil(settings.startTimeoutMs / 1000) + (isImage ? MOST_BUILD_SECONDS : softSeconds),
            softSeconds,
          },
        }),
        onPowerOff: settings.onPowerOff,
        reachedBy: machine.role === 'worker' ? 'machines' : 'client',
      },
      { signal: this.#signal },
    );
  }

  async #revive(vm: Vm): Promise<void> {
    if (this.settings.onPowerOff === 'delete') return this.delete(vm);
    this.#logger.info(`starting machine ${vm.name}`);
    await this.#provider.start(vm.id, { signal: this.#signal });
  }
}

/** The labels that all machines have which were made with a key. */
export function ownedBy({ login }: Pick<VmSettings, 'login'>): VmLabels {
  return { [OWNER]: login.id };
}

function addressOf({ role }: MachineRole, { addresses }: Vm): string | undefined {
  return role === 'worker' ? addresses.machines : addresses.client;
}
