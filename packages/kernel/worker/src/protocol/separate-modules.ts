import type { Invocation, ShippedModule } from '../invocation.ts';

type TaskSetup = NonNullable<Invocation['task']>;

/** An invocation as it is sent, and the modules that it refers to: the code of its storage goes apart, and once. */
export interface SeparatedInvocation {
  readonly invocation: Invocation;
  readonly modules: readonly ShippedModule[];
}

interface StorageModule {
  readonly module: ShippedModule;
  /** The setup that names the module instead of holding its code. */
  readonly task: TaskSetup;
}

/** The same setup comes with all invocations of an executor, and its code is large. */
const known = new WeakMap<TaskSetup, StorageModule>();

/** For backends whose workers keep modules: takes the code of the storage out of an invocation. */
export function separateModules(invocation: Invocation, module: ShippedModule): SeparatedInvocation {
  const { task } = invocation;
  if (task?.storageCode === undefined) return { invocation, modules: [module] };
  const storage = known.get(task) ?? separate(task, task.storageCode);
  known.set(task, storage);
  return { invocation: { ...invocation, task: storage.task }, modules: [module, storage.module] };
}

function separate({ storageCode: _, ...rest }: TaskSetup, code: string): StorageModule {
  const { createHash } = process.getBuiltinModule('node:crypto'); // it takes long to load, and many have no use for it
  const hash = `storage-${createHash('sha256').update(code).digest('hex')}`;
  return { module: { hash, code, assets: [] }, task: { ...rest, storageModule: hash } };
}
