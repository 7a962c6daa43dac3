import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { SshConnection } from '../ssh/ssh-connection.ts';
import type { ClusterMachines, MachineRole } from './cluster-machines.ts';
import { isStarting, MOST_MACHINES } from './starting-machine.ts';

const MASTER: MachineRole = { role: 'master' };
const TRY_AGAIN_MS = 500;

/** The machine of a cluster's master: the one that is there, or one that is made. */
export class MasterMachine {
  readonly #machines: ClusterMachines;
  readonly #logger: PluginLogger;
  readonly #signal: AbortSignal;
  #opening: Promise<SshConnection> | undefined;

  constructor(machines: ClusterMachines, logger: PluginLogger, signal: AbortSignal) {
    this.#machines = machines;
    this.#logger = logger;
    this.#signal = signal;
  }

  /**
   * A connection to it. One that does not answer in time is deleted, and made anew once.
   * @throws InvocationError, ConfigError, and what the provider says
   */
  open(): Promise<SshConnection> {
    this.#opening = this.#open();
    return this.#opening;
  }

  /** A connection to it, if it is at work; nothing is made or started. @throws ConfigError, and what the provider says */
  async look(): Promise<SshConnection | undefined> {
    const name = this.#machines.nameOf(MASTER);
    const found = (await this.#machines.list()).find((vm) => vm.name === name && vm.state === 'running');
    return found && SshConnection.open(this.#machines.target(MASTER, found), this.#signal);
  }

  async #open(): Promise<SshConnection> {
    const { startTimeoutMs } = this.#machines.settings;
    const signal = this.#signal;
    let machines = 0;
    let since = 0;
    for (let id = ''; ; await delay(TRY_AGAIN_MS, undefined, { signal })) {
      const vm = await this.#machines.running(MASTER);
      if (vm.id !== id) {
        id = vm.id;
        since = Date.now();
      }
      try {
        return await SshConnection.open(this.#machines.target(MASTER, vm), signal);
      } catch (error) {
        if (!isStarting(error)) throw error;
        if (Date.now() - since < startTimeoutMs) continue;
        await this.#machines.delete(vm);
        machines++;
        const why = `machine ${vm.name} could not be worked on within ${startTimeoutMs / 1000} s, and was deleted: ${error.message}`;
        if (machines === MOST_MACHINES) throw new InvocationError(why, { cause: error });
        this.#logger.warn(`${why}; it is made anew`);
      }
    }
  }

  /** Takes back one that this client has made, and that nothing came of. */
  async rollBack(): Promise<void> {
    await this.#opening?.catch(() => {}); // told by those who wait for it
    const found = await this.#machines.listAll(new AbortController().signal);
    const made = found.find((vm) => vm.name === this.#machines.nameOf(MASTER) && this.#machines.hasMade(vm));
    if (made !== undefined) await this.#machines.delete(made);
  }
}
