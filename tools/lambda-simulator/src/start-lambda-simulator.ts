import { join } from 'node:path';
import { ApiServer } from './api/api-server.ts';
import { createHandlers } from './api/handlers.ts';
import { invalidParameter } from './api/service-error.ts';
import { CredentialStore, type KnownCredentials } from './credentials.ts';
import { SandboxPool } from './execution/sandbox-pool.ts';
import { SandboxRoot } from './execution/sandbox-root.ts';
import { CodeStore } from './functions/function-code.ts';
import { Functions } from './functions/functions.ts';
import { Concurrency } from './invocations/concurrency.ts';
import { EventQueue } from './invocations/event-queue.ts';
import { Invoker } from './invocations/invoker.ts';
import { LogStore } from './logs/log-store.ts';
import type { LambdaSimulatorOptions } from './simulator-options.ts';

/** A sandbox as tests see it. */
export interface SandboxView {
  readonly functionName: string;
  readonly state: 'starting' | 'idle' | 'busy' | 'ended';
  /** Of the runtime, on this machine. */
  readonly pid: number | undefined;
  /** Events that it was given so far. */
  readonly invocations: number;
}

export interface LambdaSimulator extends AsyncDisposable {
  /** Of the API, for the client's `endpoint`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  /** Of a user who may do everything. */
  readonly credentials: KnownCredentials;
  /** Operations that were asked for so far, also those that were refused. */
  readonly requests: readonly string[];
  /** The most events at once so far. */
  readonly peakConcurrency: number;
  sandboxes(): readonly SandboxView[];
}

/** AWS Lambda of an account and region of its own, without functions. It needs root, and control groups. */
export async function startLambdaSimulator(options: LambdaSimulatorOptions = {}): Promise<LambdaSimulator> {
  const { region = 'us-east-1', accountId = '123456789012', concurrency: limit = 1_000 } = options;
  const { pendingMs = 100, idleMs = 300_000, eventRetryMs = [60_000, 120_000] } = options;
  await using stack = new AsyncDisposableStack();
  const root = stack.use(await SandboxRoot.create());
  const store = new CredentialStore();
  const logs = new LogStore();
  const pool = stack.use(new SandboxPool({ root, credentials: store, logs, region, startDelay: () => 0 }, idleMs));
  logs.beforeRead = () => pool.flush();
  const functions: Functions = stack.use(
    new Functions({
      account: { region, accountId },
      code: new CodeStore(join(root.folder, 'code'), () => {
        throw invalidParameter('no S3 was given to this simulator');
      }),
      pendingMs,
      checkRole: async () => undefined,
      layersFolder: async () => undefined,
      onVersion: (name, version) => pool.keepOnly(name, version),
    }),
  );
  const concurrency = new Concurrency(limit, () => functions.all);
  const queue: EventQueue = stack.use(
    new EventQueue({
      retryMs: eventRetryMs,
      run: (record, event) => invoker.run(record, event),
      exists: (record) => functions.all.includes(record),
      deliveries: () => 1,
    }),
  );
  const invoker = new Invoker(functions, pool, concurrency, queue);
  const credentials = store.user();
  const server = stack.use(
    await ApiServer.listen({ region, store, handlers: createHandlers({ functions, concurrency, invoker }) }),
  );
  const running = stack.move();
  return {
    endpoint: server.endpoint,
    region,
    accountId,
    credentials,
    requests: server.requests,
    get peakConcurrency() {
      return concurrency.peak;
    },
    sandboxes: () =>
      pool.sandboxes.map(({ version, state, pid, invocations }) => ({
        functionName: version.functionName,
        state,
        pid,
        invocations,
      })),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
