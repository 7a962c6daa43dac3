import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from './api/api-server.ts';
import { createHandlers } from './api/handlers.ts';
import { CredentialStore, type KnownCredentials } from './credentials.ts';
import { SandboxPool } from './execution/sandbox-pool.ts';
import { SandboxRoot } from './execution/sandbox-root.ts';
import { Turns } from './execution/turns.ts';
import { SimulatorFaults } from './faults.ts';
import { CodeStore } from './functions/function-code.ts';
import { Functions } from './functions/functions.ts';
import { ImageStore } from './functions/image-store.ts';
import { Layers } from './functions/layers.ts';
import { Concurrency } from './invocations/concurrency.ts';
import { EventQueue } from './invocations/event-queue.ts';
import { Invoker } from './invocations/invoker.ts';
import { LogStore } from './logs/log-store.ts';
import { LogsApi } from './logs/logs-api.ts';
import { EcrApi } from './services/ecr-api.ts';
import { objectReader } from './services/object-reader.ts';
import { checkRole } from './services/role-check.ts';
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
  readonly faults: SimulatorFaults;
  /** Operations that were asked for so far, also those that were refused. */
  readonly requests: readonly string[];
  /** The most events at once so far. */
  readonly peakConcurrency: number;
  /** Accepted events that have neither ended nor been given up. */
  readonly queuedEvents: number;
  sandboxes(): readonly SandboxView[];
  /** Lines of the log of a function, in the order in which they came. */
  log(functionName: string): readonly string[];
}

/** AWS Lambda of an account and region of its own, without functions. It needs root, and control groups. */
export async function startLambdaSimulator(options: LambdaSimulatorOptions = {}): Promise<LambdaSimulator> {
  const { region = 'us-east-1', accountId = '123456789012', concurrency: limit = 1_000 } = options;
  const { pendingMs = 100, idleMs = 300_000, eventRetryMs = [60_000, 120_000] } = options;
  const account = { region, accountId };
  await using stack = new AsyncDisposableStack();
  const root = stack.use(await SandboxRoot.create(options.runtimeAddon));
  const store = new CredentialStore();
  const logs = new LogStore();
  const faults: SimulatorFaults = new SimulatorFaults({
    store,
    pool: () => pool,
    concurrency: () => concurrency,
    functions: () => functions,
  });
  const pool: SandboxPool = stack.use(
    new SandboxPool(
      {
        root,
        credentials: store,
        logs,
        region,
        initMs: options.initMs ?? 10_000,
        starts: new Turns(2 * availableParallelism()),
        startDelay: (name) => faults.startDelay(name),
      },
      idleMs,
    ),
  );
  logs.beforeRead = () => pool.flush();
  const { registry } = options;
  const images = new ImageStore(join(root.folder, 'code'), registry);
  const code = new CodeStore(join(root.folder, 'code'), objectReader(options.s3Endpoint), images);
  const layers = new Layers(account, code, join(root.folder, 'code'));
  const role = { endpoint: options.iamEndpoint, accountId, delayMs: options.roleDelayMs ?? 0 };
  const functions: Functions = stack.use(
    new Functions({
      account,
      code,
      pendingMs,
      checkRole: (arn) => checkRole(arn, role),
      layersFolder: (arns) => layers.folder(arns),
      onVersion: (name, version) => pool.keepOnly(name, version),
    }),
  );
  const concurrency: Concurrency = new Concurrency(limit, () => functions.all);
  const queue: EventQueue = stack.use(
    new EventQueue({
      retryMs: eventRetryMs,
      run: (record, event) => invoker.run(record, event),
      exists: (record) => functions.all.includes(record),
      deliveries: (name) => faults.deliveries(name),
    }),
  );
  const invoker: Invoker = new Invoker(functions, pool, concurrency, queue);
  const credentials = store.user();
  const server = stack.use(
    await ApiServer.listen({
      region,
      store,
      faults,
      logs: new LogsApi(logs),
      ecr: registry && new EcrApi(account, registry),
      handlers: createHandlers({ functions, concurrency, invoker, layers }),
    }),
  );
  const running = stack.move();
  return {
    endpoint: server.endpoint,
    region,
    accountId,
    credentials,
    faults,
    requests: server.requests,
    get peakConcurrency() {
      return concurrency.peak;
    },
    get queuedEvents() {
      return queue.size;
    },
    log: (name) => (logs.read(`/aws/lambda/${name}`) ?? []).map(({ message }) => message),
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
