import type { ShippedModule, TaskSetup } from '@lithops/worker';
import type { ResolvedConfig } from '../config/load-config.ts';
import type { PackageLinking } from '../job/job-function.ts';
import type { JobReach } from '../job/job-reach.ts';
import { PROVIDED_CLOSURE } from '../job/load-closure.ts';
import { storageArtifact } from '../storage/storage-artifact.ts';
import { storageFolders } from '../storage/storage-folders.ts';
import type { InheritedBackend } from './inherited-backend.ts';
import type { Compute } from './open-compute.ts';
import { backendOfTasks, type TaskPlace, taskSetup, tasksReachStorage, withObjectStorages } from './task-setup.ts';

/** What any copy of core in a shipped module looks for. */
const USES_TASK = 'lithops.task';

/** What of storage the tasks of a job need in any case. */
export interface StorageNeeds {
  /** Names of the storages that it reads objects from. */
  readonly storages: readonly string[];
  /** Whether its workers write results. */
  readonly durable: boolean;
}

/** What tasks of an executor find where they run, and what has to be sent along because they do not. */
export class TaskReach {
  readonly config: ResolvedConfig;
  readonly #settling = Promise.withResolvers<PackageLinking>();
  #linking: PackageLinking | undefined;
  #hasStorage = true;
  #place: TaskPlace = 'beside';
  #sharesMachine = true;
  #inherited: InheritedBackend | undefined;
  readonly #setups = new Map<string, TaskSetup>();

  constructor(config: ResolvedConfig) {
    this.config = config;
  }

  /** How shipped functions reach packages, once the backend is known. */
  get linking(): PackageLinking | Promise<PackageLinking> {
    return this.#linking ?? this.#settling.promise;
  }

  /** Whether workers have the storage of this process at hand: in its files, or deployed with them. */
  get hasStorage(): boolean {
    return this.#hasStorage;
  }

  /** Where its tasks run. */
  get place(): TaskPlace {
    return this.#place;
  }

  /** Whether folders of this machine are there for workers. */
  get sharesMachine(): boolean {
    return this.#sharesMachine;
  }

  /** What executors inside tasks may have of the backend. */
  get inherited(): InheritedBackend | undefined {
    return this.#inherited;
  }

  /** The backend is known. */
  settle({ capabilities, inherited }: Pick<Compute, 'capabilities' | 'inherited'>): void {
    this.#inherited = inherited;
    const { sharesFileSystem, sharesMachine = true, deploysStorage = false, delivery, externals = [] } = capabilities;
    this.#sharesMachine = sharesMachine;
    // Of a deployed one it is said below whether it is of use to tasks.
    this.#hasStorage = !deploysStorage && (sharesFileSystem || delivery === 'storage');
    this.#place = deploysStorage ? 'deployed' : this.#hasStorage ? 'beside' : 'elsewhere';
    this.#linking = { linkPackages: sharesFileSystem ? 'resolve' : 'bundle', externals };
    this.#settling.resolve(this.#linking);
  }

  /** There will be no backend; what waits for it is not kept waiting. */
  abandon(): void {
    this.#linking ??= { linkPackages: 'resolve', externals: [] };
    this.#settling.resolve(this.#linking);
  }

  ofJob(needs: StorageNeeds): JobReach & { readonly setup: TaskSetup } {
    return new JobTaskReach(this, needs);
  }

  /** The very same object for jobs with the same needs: it is sent once to each worker. */
  setupFor(storages: readonly string[], storage: StorageState, make: () => TaskSetup): TaskSetup {
    const key = storages.length === 0 ? storage : [storage, ...storages].join(' ');
    const setup = this.#setups.get(key) ?? make();
    this.#setups.set(key, setup);
    return setup;
  }
}

/** Whether workers have it, and whether what was sent serves executors inside tasks, too. */
type StorageState = 'found' | 'missing' | 'sent' | 'sent with executors';

class JobTaskReach implements JobReach {
  readonly #executor: TaskReach;
  readonly #needs: StorageNeeds;
  #sent: TaskSetup | undefined;
  #sending: Promise<void> | undefined;
  /** A folder of this machine that workers do not see: tasks that ask for it are told. */
  #outOfReach = false;

  constructor(executor: TaskReach, needs: StorageNeeds) {
    this.#executor = executor;
    this.#needs = needs;
  }

  get setup(): TaskSetup {
    const { config, hasStorage, place, inherited } = this.#executor;
    const { storages } = this.#needs;
    if (this.#sent !== undefined) return this.#sent;
    return this.#executor.setupFor(storages, hasStorage ? 'found' : 'missing', () =>
      withObjectStorages(taskSetup(config, { place, inherited }), config, place, storages),
    );
  }

  get linking(): PackageLinking | Promise<PackageLinking> {
    return this.#executor.linking;
  }

  get hasStorage(): boolean {
    return this.#executor.hasStorage || (this.#sent !== undefined && !this.#outOfReach);
  }

  /** Sends the storage along, if tasks of this module may ask for it. */
  prepare(module: ShippedModule, passContext: boolean): Promise<void> | undefined {
    const { storages, durable } = this.#needs;
    const { config, place } = this.#executor;
    const deployed = place === 'deployed' && tasksReachStorage(config);
    const asks = passContext || durable || storages.length > 0 || module.code.includes(USES_TASK);
    if (this.hasStorage || this.#outOfReach || !(asks || deployed)) return undefined;
    this.#sending ??= this.#send(module.code.includes(PROVIDED_CLOSURE));
    return this.#sending;
  }

  async #send(executors: boolean): Promise<void> {
    const { config, place, sharesMachine, inherited } = this.#executor;
    const { storages } = this.#needs;
    const names = [...new Set([config.storageName, ...storages])];
    const deployed = place === 'deployed' && names.length === 1 && tasksReachStorage(config);
    const backend = executors ? backendOfTasks(config, { place, inherited }) : undefined;
    const [storageCode, { section, paths }] = await Promise.all([
      deployed ? undefined : storageArtifact(config, { storages: names, executors: backend }),
      storageFolders(config),
    ]);
    const unseen = sharesMachine || paths.length === 0 ? undefined : paths;
    this.#outOfReach = unseen !== undefined;
    this.#sent = this.#executor.setupFor(storages, executors ? 'sent with executors' : 'sent', () => {
      const there = { ...config, storageSection: section };
      const setup = withObjectStorages(taskSetup(there, { place, inherited, unseen }), config, place, storages);
      return storageCode === undefined ? setup : { ...setup, storageCode };
    });
  }
}
