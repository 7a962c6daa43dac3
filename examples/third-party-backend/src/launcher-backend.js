import { LaunchedWorker } from './launched-worker.js';

/** One worker for each invocation that runs; those that are done serve the next ones. */
export class LauncherBackend {
  #config;
  #workers = new Set();

  constructor(config) {
    this.#config = config;
  }

  invoke(invocation, { module, signal }) {
    return this.#freeWorker().run(invocation, module, signal);
  }

  async [Symbol.asyncDispose]() {
    await Promise.all([...this.#workers].map((worker) => worker.close()));
  }

  /** Core sends no more invocations at once than the capabilities allow: there is nothing to be queued. */
  #freeWorker() {
    for (const worker of this.#workers) {
      if (!worker.usable) this.#workers.delete(worker);
      else if (worker.isFree) return worker;
    }
    const worker = new LaunchedWorker(this.#config);
    this.#workers.add(worker);
    return worker;
  }
}
