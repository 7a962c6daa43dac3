import {
  type CallEvent,
  type ComputeBackend,
  type ComputeCapabilities,
  type ComputePlugin,
  defineComputePlugin,
  type Invocation,
  type InvocationRun,
  type InvokeOptions,
} from '@lithops/core/plugin';
import { ModuleCache, publishTaskScope, runInvocation } from '@lithops/worker';
import { EventStream } from '@lithops/worker/protocol';

const CAPABILITIES: ComputeCapabilities = {
  delivery: 'response',
  maxWorkers: 4,
  concurrencyPerWorker: 1,
  maxPayloadBytes: Number.POSITIVE_INFINITY,
  maxResultBytes: Number.POSITIVE_INFINITY,
  maxTaskSeconds: Number.POSITIVE_INFINITY,
  recall: false,
  logs: false,
  exitCauses: false,
  sharesFileSystem: true,
};

/** Turns one backend's events into others: what a broken backend does to them. */
export type EventFilter = (events: AsyncIterable<CallEvent>, invocation: Invocation) => AsyncIterable<CallEvent>;

/**
 * The smallest backend: runs invocations in this very process. It shows what the contract asks of a backend, and proves the
 * suite: it passes, and with a `filter` that breaks it, it fails.
 */
export function createMemoryCompute(
  options: { readonly filter?: EventFilter; readonly capabilities?: Partial<ComputeCapabilities> } = {},
): ComputePlugin<object> {
  const { filter = (events: AsyncIterable<CallEvent>) => events } = options;
  return defineComputePlugin({
    api: 1,
    name: 'memory',
    mode: 'localhost',
    config: {
      '~standard': { version: 1, vendor: 'lithops', validate: (value) => ({ value: (value ?? {}) as object }) },
    },
    capabilities: (config) => ({
      ...CAPABILITIES,
      ...options.capabilities,
      ...('maxWorkers' in config && { maxWorkers: Number(config.maxWorkers) }),
    }),
    create: () => new MemoryCompute(filter),
  });
}

class MemoryCompute implements ComputeBackend {
  readonly #filter: EventFilter;
  readonly #modules = new ModuleCache();

  constructor(filter: EventFilter) {
    this.#filter = filter;
    publishTaskScope();
  }

  invoke(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    const events = new EventStream<CallEvent>();
    this.#modules.add(module);
    signal.addEventListener('abort', () => events.end(), { once: true });
    runInvocation(invocation, {
      load: (hash) => this.#modules.load(hash),
      emit: (event) => events.push(event),
      signal,
    }).then(
      () => events.end(),
      (error: unknown) => events.fail(error),
    );
    return this.#filter(events, invocation);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
