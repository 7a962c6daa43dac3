import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type AcceptedInvocation,
  type ComputeBackend,
  type ComputePlugin,
  countField,
  defineComputePlugin,
  type Invocation,
  InvocationError,
  type InvokeOptions,
  sectionSchema,
} from '@lithops/core/plugin';

/** Section `detached`. */
export interface DetachedComputeConfig {
  /** Invocations at once. Default: 2. */
  readonly maxWorkers?: number;
  /** MB of heap for each worker. Default: Node's own. */
  readonly runtimeMemory?: number;
  /** Workers give a sign of life this often. Default: 1. */
  readonly heartbeatSeconds?: number;
  /** `own`, the default: ends with its executor. `kept`: serves all executors of this process, whose workers stay warm. */
  readonly platform?: 'own' | 'kept';
}

/**
 * A backend as a platform that accepts work and tells nothing more: a process apart takes requests, and outlives its client.
 * Nothing comes back from it but through the storage. For tests, and as a pattern for backends with `delivery: 'storage'`.
 */
export const detachedCompute: ComputePlugin<DetachedComputeConfig> = defineComputePlugin({
  api: 1,
  name: 'detached',
  mode: 'serverless',
  config: sectionSchema<DetachedComputeConfig>({
    maxWorkers: countField(1),
    runtimeMemory: countField(1),
    heartbeatSeconds: countField(1),
    platform: (value) => (value === 'own' || value === 'kept' ? undefined : "'own' or 'kept' is expected"),
  }),
  capabilities: ({ maxWorkers = 2, heartbeatSeconds = 1 }) => ({
    delivery: 'storage',
    heartbeatSeconds,
    maxWorkers,
    concurrencyPerWorker: 1,
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: 1024 * 1024,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: false,
    logs: true,
    exitCauses: true,
    sharesFileSystem: true,
  }),
  create: ({ maxWorkers = 2, runtimeMemory, platform }) => {
    const start = () => new DetachedPlatform(maxWorkers, runtimeMemory);
    if (platform !== 'kept') return new DetachedBackend(start());
    const key = `${maxWorkers} ${runtimeMemory}`;
    const known = kept.get(key) ?? start();
    kept.set(key, known);
    return new DetachedBackend(known, 'kept');
  },
});

/** They end when this process does, with the pipe to them. */
const kept = new Map<string, DetachedPlatform>();

class DetachedBackend implements ComputeBackend {
  readonly #platform: DetachedPlatform;
  readonly #keeps: boolean;

  constructor(platform: DetachedPlatform, ends: 'kept' | 'own' = 'own') {
    this.#platform = platform;
    this.#keeps = ends === 'kept';
  }

  async invoke(invocation: Invocation, { detached, signal }: InvokeOptions): Promise<AcceptedInvocation> {
    signal.throwIfAborted();
    if (detached === undefined) throw new InvocationError('core gave no request for a detached worker');
    await this.#platform.tell({ request: detached });
    return {
      id: invocation.id,
      cancel: () => this.#platform.tell({ cancel: detached.key }).catch(() => {}), // the platform is gone, and its work with it
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#keeps) await this.#platform[Symbol.asyncDispose]();
  }
}

/** The process that takes requests; started with the first one. */
class DetachedPlatform implements AsyncDisposable {
  readonly #maxWorkers: number;
  readonly #runtimeMemory: number | undefined;
  #process: ChildProcess | undefined;

  constructor(maxWorkers: number, runtimeMemory: number | undefined) {
    this.#maxWorkers = maxWorkers;
    this.#runtimeMemory = runtimeMemory;
  }

  tell(message: object): Promise<void> {
    this.#process ??= this.#start();
    const { stdin } = this.#process;
    return new Promise((resolve, reject) => {
      if (stdin === null || !stdin.writable) return reject(new InvocationError('the platform has ended'));
      stdin.write(`${JSON.stringify(message)}\n`, (error) =>
        error instanceof Error ? reject(new InvocationError(error.message, { cause: error })) : resolve(),
      );
    });
  }

  /** It finishes what it has accepted, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    const platform = this.#process;
    if (platform === undefined || platform.exitCode !== null || platform.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => platform.once('exit', () => resolve()));
    platform.ref();
    platform.stdin?.end();
    await gone;
  }

  #start(): ChildProcess {
    const file = import.meta.url.endsWith('.ts') ? './detached-platform.ts' : './detached-platform.js';
    const heap = this.#runtimeMemory === undefined ? [] : [`--max-old-space-size=${this.#runtimeMemory}`];
    const program = fileURLToPath(new URL(file, import.meta.url));
    const platform = spawn(process.execPath, [program, String(this.#maxWorkers), ...heap], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    platform.stdin?.on('error', () => {}); // told by the writes
    platform.unref();
    return platform;
  }
}
