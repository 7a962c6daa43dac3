import type { ComputeBackend, Invocation, InvocationRun, InvokeOptions } from '@lithops/core/plugin';
import type { AcmeGridConfig } from './config.ts';
import { WorkerProcess } from './worker-process.ts';

/** One worker for each invocation that runs; those that are done serve the next ones. */
export class AcmeGridBackend implements ComputeBackend {
  readonly #config: AcmeGridConfig;
  readonly #workers = new Set<WorkerProcess>();

  constructor(config: AcmeGridConfig) {
    this.#config = config;
  }

  /** Retries, time limits and the order of results are core's; a backend turns an invocation into its events. */
  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    return this.#freeWorker().run(invocation, module, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#workers, (worker) => worker.close()));
  }

  /** Core sends no more invocations at once than the capabilities allow: nothing has to wait here. */
  #freeWorker(): WorkerProcess {
    for (const worker of this.#workers) {
      if (!worker.usable) this.#workers.delete(worker);
      else if (worker.isFree) return worker;
    }
    const worker = new WorkerProcess(this.#config);
    this.#workers.add(worker);
    return worker;
  }
}
