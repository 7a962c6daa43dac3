import type { Invocation, ShippedModule, TaskSetup } from '@lithops/worker';

/** What tasks are given besides their items: the very same object for the same content, so that a machine is sent it once. */
export class TaskSetups {
  readonly #known = new Map<string, WeakRef<TaskSetup>>();

  /** @param moduleOf gives the code of a storage, which travels apart */
  complete(invocation: Invocation, moduleOf: (hash: string) => ShippedModule): Invocation {
    const { task } = invocation;
    if (task === undefined) return invocation;
    const key = JSON.stringify(task);
    let setup = this.#known.get(key)?.deref();
    if (setup === undefined) {
      const { storageModule, ...rest } = task;
      setup = storageModule === undefined ? task : { ...rest, storageCode: moduleOf(storageModule).code };
      this.#known.set(key, new WeakRef(setup));
    }
    return { ...invocation, task: setup };
  }
}
