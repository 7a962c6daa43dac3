import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, type PluginLogger } from '@lithops/core/plugin';
import { currentRelease } from '../bootstrap/release.ts';
import type { MasterAccess } from '../client/master-access.ts';
import type { MasterStatus } from '../protocol/master-api.ts';
import type { VmProvider } from '../provider/vm-provider.ts';
import type { ClusterMachines, MachineRole } from './cluster-machines.ts';
import { isStarting, MOST_MACHINES } from './starting-machine.ts';

/** While there is work, it is looked whether all machines are there, this often, in ms. */
const CHECK_MS = 5000;
const TRY_AGAIN_MS = 500;

export interface WorkerPoolParts {
  readonly machines: ClusterMachines;
  readonly provider: VmProvider;
  readonly access: MasterAccess;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
  /** Told when there is no machine at all, and none can be had. */
  readonly onFailed: (error: Error) => void;
}

/**
 * The workers of a cluster, as many as there is work for: of all clients that share the pool, for their machines have numbers,
 * and of those who ask for the same one, one gets it made. Those that are there are used; they go by themselves.
 */
export class WorkerPool {
  readonly #parts: WorkerPoolParts;
  readonly #slots = new Map<number, 'filling' | 'ready' | Error>();
  readonly #filling = new Set<Promise<void>>();
  #open = 0;
  /** Machines that were planned for when it was last looked. */
  #planned = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #processes: number | undefined;
  #supplying: Promise<void> | undefined;
  #wake: () => void = () => {};

  constructor(parts: WorkerPoolParts) {
    this.#parts = parts;
  }

  /** There are so many invocations to be run. */
  demand(open: number): void {
    this.#open = open;
    if (open === 0 || this.#wanted(open) > this.#planned) this.#wake();
    if (open === 0 || this.#supplying !== undefined || this.#parts.signal.aborted) return;
    this.#supplying = this.#supply().finally(() => {
      this.#supplying = undefined;
    });
  }

  /** Resolves when nothing is done any more, after the signal. */
  async settled(): Promise<void> {
    this.#wake();
    await this.#supplying;
    await Promise.all(this.#filling);
  }

  #wanted(open: number): number {
    return Math.min(this.#parts.machines.settings.maxWorkers, Math.ceil(open / (this.#processes ?? 1)));
  }

  async #supply(): Promise<void> {
    const { machines, provider, signal, onFailed } = this.#parts;
    const { settings } = machines;
    try {
      this.#processes ??= settings.processes ?? (await provider.cpus(settings.workerInstanceType, { signal }));
      while (this.#open > 0 && !signal.aborted) {
        const isGrown = this.#wanted(this.#open) > this.#planned;
        if (isGrown || Date.now() - this.#checkedAt >= CHECK_MS) await this.#check();
        await this.#pause();
      }
    } catch (error) {
      if (!signal.aborted) onFailed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Fills the places that there is work for, and looks after those that were filled. */
  async #check(): Promise<void> {
    const { machines } = this.#parts;
    this.#checkedAt = Date.now();
    const status = await this.#status();
    this.#planned = Math.max(this.#wanted(this.#open), this.#wanted(this.#openOfAll(status)));
    for (let number = 0; number < this.#planned; number++) {
      const name = machines.nameOf({ role: 'worker', number });
      const slot = this.#slots.get(number);
      if (slot === undefined || (slot === 'ready' && !isAtWork(status, name))) this.#fill(number);
    }
  }

  /** Undefined where there is no master to be asked. */
  async #status(): Promise<MasterStatus | undefined> {
    const { access, logger } = this.#parts;
    if (!access.isConnected) return undefined;
    try {
      return await (await access.client()).status();
    } catch (error) {
      logger.debug(`the master does not say what it has: ${String(error)}`);
      return undefined;
    }
  }

  #openOfAll(status: MasterStatus | undefined): number {
    const { pool } = this.#parts.machines.settings;
    let open = 0;
    for (const session of status?.sessions ?? []) if (session.pool === pool) open += session.open;
    return open;
  }

  #fill(number: number): void {
    this.#slots.set(number, 'filling');
    const filling = this.#fillWith(number).finally(() => this.#filling.delete(filling));
    this.#filling.add(filling);
  }

  async #fillWith(number: number): Promise<void> {
    const { machines, logger, signal } = this.#parts;
    const machine: MachineRole = { role: 'worker', number };
    const name = machines.nameOf(machine);
    for (let tries = 1; ; tries++) {
      try {
        await this.#prepare(machine, name);
        this.#slots.set(number, 'ready');
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = error instanceof Error ? error : new Error(String(error));
        if (isAtWork(await this.#status(), name)) {
          // Another client has prepared it meanwhile.
          this.#slots.set(number, 'ready');
          return;
        }
        await this.#rollBack(name, isStarting(error));
        if (isStarting(error) && tries < MOST_MACHINES) {
          logger.warn(`machine ${name} never came up, and is made anew: ${failure.message}`);
          continue;
        }
        logger.warn(`machine ${name} is done without: ${failure.message}`);
        this.#slots.set(number, failure);
        return this.#failed();
      }
    }
  }

  /** Until the master uses it. */
  async #prepare(machine: MachineRole, name: string): Promise<void> {
    const { machines, access, signal } = this.#parts;
    const { pool, startTimeoutMs } = machines.settings;
    const { version } = await currentRelease();
    let since = Date.now();
    for (let id = ''; ; await delay(TRY_AGAIN_MS, undefined, { signal })) {
      const vm = await machines.running(machine);
      try {
        const client = await access.client();
        if (vm.id !== id) {
          id = vm.id;
          since = Date.now();
        }
        const target = machines.target(machine, vm);
        const status = await client.status();
        const spec = status.specs.find((each) => each.name === name);
        if (spec?.release === version && spec.ssh?.host === target.host && isAtWork(status, name)) return;
        return await access.addWorker(name, target, pool);
      } catch (error) {
        if (!isStarting(error) || Date.now() - since > startTimeoutMs) throw error;
      }
    }
  }

  /** Deletes a machine that nothing came of: our own, and of others one that does not even answer. */
  async #rollBack(name: string, isDead: boolean): Promise<void> {
    const { machines, logger } = this.#parts;
    try {
      const vm = (await machines.list()).find((each) => each.name === name);
      if (vm !== undefined && (isDead || machines.hasMade(vm))) await machines.delete(vm);
    } catch (error) {
      logger.warn(`machine ${name} could not be deleted, and will turn itself off: ${String(error)}`);
    }
  }

  /** The others do its share, if there are any. */
  #failed(): void {
    const slots = [...this.#slots.values()];
    const failures = slots.filter((slot) => slot instanceof Error);
    const [first] = failures;
    if (first === undefined || failures.length < slots.length) return;
    const { onFailed } = this.#parts;
    if (failures.length === 1) return onFailed(first);
    const reasons = new Set(failures.map(({ message }) => message));
    onFailed(
      new InvocationError(`none of ${failures.length} machines can be worked on: ${[...reasons].join('; ')}`, {
        cause: new AggregateError(failures),
      }),
    );
  }

  async #pause(): Promise<void> {
    if (this.#open === 0 || this.#wanted(this.#open) > this.#planned) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const signal = AbortSignal.any([woken.signal, this.#parts.signal]);
    await delay(CHECK_MS, undefined, { signal }).catch(() => {}); // it is looked at once
  }
}

/** Whether the master has a machine, and has not lost it: one that it tries again has a problem until it is ready. */
function isAtWork(status: MasterStatus | undefined, name: string): boolean {
  if (status === undefined || !status.specs.some((spec) => spec.name === name)) return false;
  return !status.machines.some(
    (machine) => machine.name === name && machine.state !== 'ready' && machine.problem !== undefined,
  );
}
