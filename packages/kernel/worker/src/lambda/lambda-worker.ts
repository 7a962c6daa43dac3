import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runDetached } from '../detached/run-detached.ts';
import type { Invocation, ShippedModule, TaskSetup } from '../invocation.ts';
import type { InvocationRunner } from '../pool/invocation-runner.ts';
import { ParallelRuns } from '../pool/parallel-runs.ts';
import { ProcessPool } from '../pool/process-pool.ts';
import type { WorkerDied } from '../pool/worker-died.ts';
import { workerFile } from '../pool/worker-file.ts';
import {
  decodeStoredInvocation,
  decodeStoredModule,
  encodeReply,
  PROTOCOL_VERSION,
  type WorkerReply,
} from '../protocol/index.ts';
import { makeExpendable } from '../remote/expendable.ts';
import { jobStoreOf } from '../run/job-store.ts';
import { type FunctionEvent, parseFunctionEvent, type RunRequest } from './function-event.ts';
import { lambdaSettings } from './lambda-settings.ts';
import { LeftoverFiles } from './leftover-files.ts';
import { ModuleFiles } from './module-files.ts';
import { watchStops } from './watch-stops.ts';

/** What Lambda gives with an event, of which this is used. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Takes the bytes of a response; resolves when more may come. */
export type ReplySink = (bytes: Uint8Array) => Promise<void> | void;

const CHANNEL = 1;
/** In the folder of the worker: what opens the storage, where the function was deployed with it. */
const STORAGE_FILE = 'storage.cjs';
const OWN_FOLDER = 'lithops-worker';
/** What is left of the function's time when user code is ended, so that it can be told. */
const MARGIN_MS = 1_000;
/** Connections on which nothing moves are cut on the way. */
const ALIVE_MS = 5_000;

/** Runs the events of one sandbox, one after the other, in processes that stay warm. */
export class LambdaWorker {
  readonly #pool: ProcessPool;
  readonly #runs: InvocationRunner;
  readonly #modules: ModuleFiles;
  readonly #leftovers: LeftoverFiles;
  readonly #storageFile: string | undefined;
  /** The very same object for equal setups: processes keep open what they opened with it. */
  readonly #setups = new Map<string, TaskSetup>();

  /** @param folder `/tmp`: whatever is put there later is removed after each event */
  constructor(env: NodeJS.ProcessEnv, folder: string) {
    const { processes, heapMegabytes, diskMegabytes } = lambdaSettings(env);
    const command = {
      execPath: process.execPath,
      execArgv: ['--experimental-import-meta-resolve', `--max-old-space-size=${heapMegabytes}`],
      env: taskEnvironment(env),
      // What the function was deployed with cannot be written to.
      cwd: folder,
    };
    this.#pool = new ProcessPool({ size: processes, command, onSpawn: makeExpendable });
    this.#runs = new ParallelRuns(this.#pool, processes);
    this.#modules = new ModuleFiles(join(folder, OWN_FOLDER), (diskMegabytes * 2 ** 20) / 8);
    this.#leftovers = new LeftoverFiles(folder, [OWN_FOLDER]);
    const storage = join(dirname(workerFile()), STORAGE_FILE);
    this.#storageFile = existsSync(storage) ? storage : undefined;
    // While Lambda starts the sandbox there is a whole CPU.
    this.#pool.prewarm(processes);
  }

  /** Runs an event; what is told of it goes into the sink. @throws ProtocolError when it is none of ours */
  async run(event: unknown, context: LambdaContext, sink: ReplySink): Promise<void> {
    const parsed = parseFunctionEvent(event);
    if (parsed.type === 'metadata') return tell(sink, readiness());
    const deadline = performance.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
    try {
      if (parsed.type === 'detached') await this.#runDetached(parsed, deadline);
      else await this.#runTold(parsed.request, deadline, sink);
    } finally {
      await this.#leftovers.remove();
    }
  }

  /** Ends the processes. Lambda does not ask for it: it ends them with the sandbox. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #runDetached({ request }: Extract<FunctionEvent, { type: 'detached' }>, deadline: number): Promise<void> {
    const task = this.#completed(request.task);
    const never = new AbortController().signal;
    await runDetached({ ...request, task }, this.#runs, never, deadline - performance.now());
  }

  async #runTold(request: RunRequest, deadline: number, sink: ReplySink): Promise<void> {
    const alive = setInterval(() => void tell(sink, { type: 'alive' }), ALIVE_MS);
    try {
      await this.#follow(request, deadline, sink);
    } finally {
      clearInterval(alive);
    }
  }

  async #follow(request: RunRequest, deadline: number, sink: ReplySink): Promise<void> {
    let ready: { readonly invocation: Invocation; readonly module: ShippedModule };
    try {
      ready = await this.#collect(request);
    } catch (error) {
      const reason = `what it was to run could not be read from storage: ${messageOf(error)}`;
      return tell(sink, { type: 'lost', channel: CHANNEL, death: { oom: false, stderr: '', reason } });
    }
    const { invocation, module } = ready;
    const leftMs = Math.max(0, deadline - performance.now());
    const limited = { ...invocation, limitMs: Math.min(invocation.limitMs ?? leftMs, leftMs) };
    const stop = new AbortController();
    const { stops } = request;
    const unwatch =
      stops === undefined
        ? undefined
        : watchStops(
            () => jobStoreOf(invocation.task),
            stops,
            invocation.id,
            () => stop.abort(),
          );
    try {
      for await (const event of this.#runs.run(limited, module, stop.signal))
        await tell(sink, { type: 'event', channel: CHANNEL, event });
      await tell(
        sink,
        stop.signal.aborted
          ? { type: 'lost', channel: CHANNEL, death: { oom: false, stderr: '', reason: 'its client has cancelled it' } }
          : { type: 'finished', channel: CHANNEL },
      );
    } catch (error) {
      await tell(sink, { type: 'lost', channel: CHANNEL, death: (error as WorkerDied).death }); // a pool's run fails with nothing else
    } finally {
      unwatch?.();
    }
  }

  /** The invocation and its module, from wherever they are. @throws what keeps them from being read */
  async #collect({ invocation: asked, module: wanted }: RunRequest): Promise<{
    readonly invocation: Invocation;
    readonly module: ShippedModule;
  }> {
    const task = this.#completed(asked.task);
    const setup = task === undefined ? {} : { task };
    const invocation =
      'key' in asked ? { ...decodeStoredInvocation(await stored(task, asked.key)), ...setup } : { ...asked, ...setup };
    if (!('key' in wanted)) return { invocation, module: wanted };
    const kept = await this.#modules.find(wanted.hash);
    if (kept !== undefined) return { invocation, module: kept };
    const module = decodeStoredModule(await stored(task, wanted.key));
    await this.#modules.keep(module);
    return { invocation, module };
  }

  #completed<Setup extends TaskSetup | undefined>(task: Setup): Setup | TaskSetup {
    if (task === undefined || this.#storageFile === undefined || task.storageCode !== undefined) return task;
    const key = JSON.stringify(task);
    const known = this.#setups.get(key) ?? { ...task, storageFile: this.#storageFile };
    this.#setups.clear();
    this.#setups.set(key, known);
    return known;
  }
}

/** What a worker says of itself. */
function readiness(): WorkerReply {
  const { version: nodeVersion, pid, platform, arch } = process;
  return {
    type: 'ready',
    protocol: PROTOCOL_VERSION,
    facts: { nodeVersion, pid, host: process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '', platform, arch, concurrency: 1 },
  };
}

async function tell(sink: ReplySink, reply: WorkerReply): Promise<void> {
  const pieces = encodeReply(reply);
  // In one piece: a sign of life must not get between two.
  await sink(pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces));
}

async function stored(task: TaskSetup | undefined, key: string): Promise<Uint8Array> {
  const bytes = await jobStoreOf(task).find(key);
  if (bytes === undefined) throw new Error(`there is no object '${key}' any more: its job was cleaned`);
  return bytes;
}

/** What is the worker's own is not for tasks to see, least of all the way to Lambda itself. */
function taskEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const hidden = ['AWS_LAMBDA_RUNTIME_API', '_HANDLER', 'LITHOPS_WORKER_PROCESSES', 'LITHOPS_DISK_MB'];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.includes(name)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
