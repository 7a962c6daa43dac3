import { Worker } from 'node:worker_threads';
import {
  type CallEvent,
  type ComputeBackend,
  type ComputePlugin,
  defineComputePlugin,
  type Invocation,
  type InvocationRun,
  type InvokeOptions,
  WorkerLostError,
} from '@lithops/core/plugin';
import { EventStream } from '@lithops/worker/protocol';
import { sectionOf } from './section-schema.ts';

/** Section `memory`. */
export interface MemoryComputeConfig {
  /** Threads at once. Default: 4. */
  readonly maxWorkers?: number;
}

/**
 * The smallest backend that keeps the whole contract: it runs invocations in threads of this process.
 * For tests of what is built on Lithops, and as a pattern for backends.
 */
export const memoryCompute: ComputePlugin<MemoryComputeConfig> = defineComputePlugin({
  api: 1,
  name: 'memory',
  mode: 'localhost',
  config: sectionOf<MemoryComputeConfig>({
    maxWorkers: (value) =>
      Number.isInteger(value) && Number(value) > 0 ? undefined : 'a whole number from 1 is expected',
  }),
  capabilities: ({ maxWorkers = 4 }) => ({
    delivery: 'response',
    maxWorkers,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: false,
    logs: false,
    exitCauses: false,
    sharesFileSystem: true,
  }),
  create: () => new MemoryBackend(),
});

class MemoryBackend implements ComputeBackend {
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    const events = new EventStream<CallEvent>();
    if (signal.aborted) {
      events.end();
      return events;
    }
    const worker = this.#idle.pop() ?? this.#spawn();
    const { code, assets, hash } = module;
    const stop = () => {
      leave();
      events.end();
      // Nothing else stops code that is running.
      void worker.terminate();
    };
    const leave = () => {
      signal.removeEventListener('abort', stop);
      worker.removeAllListeners();
      worker.unref();
    };
    const lost = (why: string, cause?: unknown) => {
      leave();
      events.fail(new WorkerLostError(`the worker thread ended: ${why}`, cause === undefined ? {} : { cause }));
    };
    worker.ref();
    worker.once('error', (error) => lost(String(error), error));
    worker.once('exit', (exitCode) => lost(`exit code ${exitCode}`));
    worker.on('message', (event: CallEvent | undefined) => {
      if (event !== undefined) return events.push(event);
      leave();
      this.#idle.push(worker);
      events.end();
    });
    signal.addEventListener('abort', stop, { once: true });
    events.onReturn = stop;
    worker.postMessage({ invocation, module: { hash, code, assets } });
    return events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Array.from(this.#all, (worker) => worker.terminate()));
    this.#all.clear();
  }

  #spawn(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './memory-worker.ts' : './memory-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { stdout: true, stderr: true });
    // What tasks print is dropped: the capabilities promise no logs.
    worker.stdout.resume();
    worker.stderr.resume();
    this.#all.add(worker);
    return worker;
  }
}
