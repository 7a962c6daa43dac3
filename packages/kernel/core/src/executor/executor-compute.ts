import type { ResolvedConfig } from '../config/load-config.ts';
import type { StorageDelivery } from '../delivery/storage-delivery.ts';
import { StorageReferences } from '../delivery/storage-references.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { PluginContext } from '../plugin/compute-plugin.ts';
import { storageFolders } from '../storage/storage-folders.ts';
import type { ExecutorState } from './executor-state.ts';
import { choosingRunner, directRunner } from './invocation-runner.ts';
import { type Compute, openCompute } from './open-compute.ts';
import { openStorageDelivery } from './open-storage-delivery.ts';
import { createLogger } from './plugin-logger.ts';
import type { TaskReach } from './task-reach.ts';

/** What an executor's backend is opened from, and who is told of it. */
export interface ExecutorComputeParts {
  readonly executorId: string;
  readonly config: ResolvedConfig;
  /** Aborted when the executor is closed. */
  readonly signal: AbortSignal;
  readonly invoker: Invoker;
  readonly reach: TaskReach;
  readonly state: ExecutorState;
}

/** The backend of an executor: opened for its first job, then handed to the invoker. */
export class ExecutorCompute {
  readonly #parts: ExecutorComputeParts;
  #compute: Compute | Promise<Compute> | undefined;
  /** Undefined while the backend is not known yet. */
  #delivery: ComputeCapabilities['delivery'] | undefined;
  #detached: Promise<StorageDelivery> | undefined;
  /** The backend, where some of its jobs may be handed over by the storage. */
  #choice: Compute | undefined;
  #beginning: Promise<void> | undefined;

  constructor(parts: ExecutorComputeParts) {
    this.#parts = parts;
  }

  /** How events travel; undefined while the backend is not known yet. */
  get delivery(): ComputeCapabilities['delivery'] | undefined {
    return this.#delivery;
  }

  /** Opens the backend, unless that has been done. What fails is told by the calls. */
  start(): Compute | Promise<Compute> {
    if (this.#compute !== undefined) return this.#compute;
    const { invoker, reach } = this.#parts;
    const opening = this.#open();
    this.#compute = opening;
    if (!(opening instanceof Promise) && !handsOver(opening.capabilities)) {
      this.#delivery = opening.capabilities.delivery;
      reach.settle(opening);
      invoker.start(directRunner(opening.backend), opening.capabilities, opening.pricing);
      opening.backend.prewarm?.(1);
      return opening;
    }
    this.#beginning = this.#begin(opening).catch((error: unknown) => {
      reach.abandon();
      invoker.refuse(error);
    });
    return opening;
  }

  /** Starts, and waits until the invoker has its backend. @returns the delivery by storage, where the backend accepts work so. */
  async started(): Promise<StorageDelivery | undefined> {
    void this.start(); // told by the calls
    await this.#beginning;
    return this.#choice === undefined ? this.#detached : this.#openDetached(this.#choice);
  }

  /** Resolves when the backend is known, or will not be. */
  async known(): Promise<void> {
    await Promise.resolve(this.#compute).catch(() => undefined); // told by the calls that needed it
  }

  async close(): Promise<void> {
    const compute = await Promise.resolve(this.#compute).catch(() => undefined); // told by the calls that needed it
    await compute?.backend[Symbol.asyncDispose]();
    const detached = await this.#detached?.catch(() => undefined); // told by the calls that needed it
    await detached?.[Symbol.asyncDispose]();
  }

  async #begin(opening: Compute | Promise<Compute>): Promise<void> {
    const { invoker, reach } = this.#parts;
    const compute = await opening;
    const { backend, capabilities, pricing } = compute;
    this.#delivery = capabilities.delivery;
    reach.settle(compute);
    if (capabilities.delivery === 'storage') {
      return invoker.start(await this.#openDetached(compute), capabilities, pricing);
    }
    const references = await this.#references(capabilities);
    const direct = directRunner(backend, references);
    if (capabilities.detaches === undefined || !(await this.#isReached(capabilities)))
      return invoker.start(direct, withoutDetaching(capabilities), pricing);
    this.#choice = compute;
    invoker.start(
      choosingRunner(direct, () => this.#openDetached(compute)),
      capabilities,
      pricing,
    );
  }

  #openDetached({ backend, capabilities }: Compute): Promise<StorageDelivery> {
    this.#detached ??= (async () => {
      const { reach, state, config } = this.#parts;
      const { setup: task } = reach.ofJob({ storages: [], durable: true });
      return openStorageDelivery({ backend, capabilities, config, context: this.#context(), state, task });
    })();
    return this.#detached;
  }

  async #references(capabilities: ComputeCapabilities): Promise<StorageReferences | undefined> {
    const { state } = this.#parts;
    if (capabilities.deploysStorage !== true || !(await this.#isReached(capabilities))) return undefined;
    return new StorageReferences({ store: state.store, modules: state.modules, used: (prefix) => state.used(prefix) });
  }

  /** Whether workers reach the storage, with what they are given or deployed with. */
  async #isReached({ sharesMachine }: ComputeCapabilities): Promise<boolean> {
    const { state, config } = this.#parts;
    if (!state.reached) return false;
    const { paths } = await storageFolders(config);
    return sharesMachine !== false || paths.length === 0;
  }

  /** A configuration that its plugin refuses fails the calls, like all that is found out on first use. */
  #open(): Compute | Promise<Compute> {
    try {
      return openCompute(this.#parts.config, this.#context());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #context(): PluginContext {
    const { config, executorId, signal } = this.#parts;
    return { executorId, signal, logger: createLogger(config.logLevel, executorId) };
  }
}

function handsOver({ delivery, detaches }: ComputeCapabilities): boolean {
  return delivery === 'storage' || detaches !== undefined;
}

/** Where workers reach no storage nothing can be handed over by it. */
function withoutDetaching({ detaches: _, ...capabilities }: ComputeCapabilities): ComputeCapabilities {
  return capabilities;
}
