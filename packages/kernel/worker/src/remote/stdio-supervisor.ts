import { hostname } from 'node:os';
import type { Invocation, ShippedModule, TaskSetup } from '../invocation.ts';
import { ProcessPool } from '../pool/process-pool.ts';
import type { WorkerCommand } from '../pool/worker-command.ts';
import { WorkerDied } from '../pool/worker-died.ts';
import {
  decodeRequest,
  FrameReader,
  PROTOCOL_VERSION,
  ProtocolError,
  type WorkerDeath,
  type WorkerRequest,
} from '../protocol/index.ts';
import { makeExpendable } from './expendable.ts';
import { ProcessHost } from './process-host.ts';
import { ReplyWriter } from './reply-writer.ts';
import { RunningCalls, type SupervisedRun } from './running-calls.ts';
import { parseSupervisorArguments } from './supervisor-arguments.ts';
import { provideTemporaryFolder } from './temporary-folder.ts';

/** Where replies go; user code cannot reach it, for it runs in processes whose output is taken call by call. */
const REPLIES_FD = 1;

/**
 * Serves one client over stdin and stdout with a pool of worker processes, for places where there is nothing else: a
 * container that is attached to, a remote shell. Ends, and its processes with it, when its input does.
 */
export function startStdioSupervisor(args: readonly string[]): void {
  const { processes, heapMegabytes, silenceSeconds, direct } = parseSupervisorArguments(args) ?? exitWithUsage();
  provideTemporaryFolder();
  const command: WorkerCommand = {
    execPath: process.execPath,
    execArgv: [
      // Externals are looked up as imports are, from a folder that the module itself is not in.
      '--experimental-import-meta-resolve',
      ...(heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`]),
    ],
    env: process.env,
    cwd: process.cwd(),
  };
  const pool = new ProcessPool({ size: processes, command, onSpawn: makeExpendable });
  const writer = new ReplyWriter(REPLIES_FD, () => process.exit(0));
  const host = new ProcessHost({
    command,
    onExit: (exited, exit) => writer.write({ type: 'exited', process: exited, exit }),
    onUnreachable: () => pool.prewarm(1),
  });
  const supervisor = new Supervisor({ pool, host, writer, concurrency: processes });
  const reader = new FrameReader((frame) => supervisor.serve(decodeRequest(frame)));
  const end = () => {
    supervisor.leave();
    host.close();
    void pool.close().finally(() => process.exit(0));
  };
  const heard = watchSilence(silenceSeconds, end);
  process.stdin.on('data', (chunk: Buffer) => {
    heard();
    reader.push(chunk);
  });
  process.stdin.on('end', end).on('error', end);
  // As the first process of a container it would get none of these otherwise.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(70);
  });
  if (direct !== true) pool.prewarm(1);
}

/** @returns what is to be called whenever something was heard. */
function watchSilence(seconds: number | undefined, onSilent: () => void): () => void {
  if (seconds === undefined) return () => {};
  const timer = setTimeout(onSilent, seconds * 1000);
  return () => void timer.refresh();
}

function exitWithUsage(): never {
  process.stderr.write('usage: node worker.mjs --stdio [--processes=N] [--heap=MB] [--silence=SECONDS] [--direct]\n');
  process.exit(64);
}

interface SupervisorParts {
  readonly pool: ProcessPool;
  readonly host: ProcessHost;
  readonly writer: ReplyWriter;
  readonly concurrency: number;
}

class Supervisor {
  readonly #pool: ProcessPool;
  readonly #host: ProcessHost;
  readonly #writer: ReplyWriter;
  readonly #concurrency: number;
  readonly #modules = new Map<string, ShippedModule>();
  readonly #runs = new Map<number, SupervisedRun>();
  readonly #running: RunningCalls;
  #setup: TaskSetup | undefined;
  #leaving = false;

  constructor({ pool, host, writer, concurrency }: SupervisorParts) {
    this.#pool = pool;
    this.#host = host;
    this.#writer = writer;
    this.#concurrency = concurrency;
    this.#running = new RunningCalls(this.#runs, (channel, call) => writer.write({ type: 'running', channel, call }));
  }

  /** What ends from now on ends because we do; whoever asked for that knows why. */
  leave(): void {
    this.#leaving = true;
  }

  serve(request: WorkerRequest): void {
    switch (request.type) {
      case 'hello':
        return this.#answerHello(request.protocol);
      case 'ping':
        return this.#writer.write({ type: 'alive' });
      case 'module':
        this.#modules.set(request.module.hash, request.module);
        return;
      case 'forget':
        this.#modules.delete(request.hash);
        return;
      case 'run':
        void this.#run(request.channel, request.invocation);
        return;
      case 'recall':
        this.#runs.get(request.channel)?.run.recall(request.calls);
        this.#running.tellSoon(request.channel);
        return;
      case 'cancel':
        this.#runs.get(request.channel)?.abort.abort();
        return;
      case 'spawn':
        void this.#host.spawn(request.process, request.line);
        return;
      case 'kill':
        return this.#host.kill(request.process);
    }
  }

  #answerHello(protocol: number): void {
    if (protocol !== PROTOCOL_VERSION)
      throw new ProtocolError(
        `the client speaks version ${protocol} of the worker protocol, this worker version ${PROTOCOL_VERSION}`,
      );
    const facts = {
      nodeVersion: process.version,
      pid: process.pid,
      host: hostname(),
      platform: process.platform,
      arch: process.arch,
      concurrency: this.#concurrency,
    };
    this.#writer.write({ type: 'ready', protocol: PROTOCOL_VERSION, facts });
  }

  async #run(channel: number, invocation: Invocation): Promise<void> {
    const module = this.#modules.get(invocation.module);
    if (module === undefined) throw new ProtocolError(`function module ${invocation.module} was not sent`);
    // Sent when it changes; the very same object tells the pool's processes that it has not.
    this.#setup = invocation.task ?? this.#setup;
    const complete = this.#setup === undefined ? invocation : { ...invocation, task: this.#setup };
    const abort = new AbortController();
    const run = this.#pool.run(complete, module, abort.signal);
    this.#runs.set(channel, { run, abort, calls: invocation.calls.length });
    this.#running.watch();
    try {
      for await (const event of run) this.#writer.write({ type: 'event', channel, event });
      this.#writer.write({ type: 'finished', channel });
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      if (this.#leaving) return;
      this.#writer.write({ type: 'lost', channel, death: told(error) });
    } finally {
      this.#runs.delete(channel);
    }
  }
}

/** A process that could not be started has written nothing; the system says why. */
function told({ death, cause }: WorkerDied): WorkerDeath {
  if (death.exitCode !== undefined || death.signal !== undefined) return death;
  return { ...death, stderr: cause instanceof Error ? cause.message : death.stderr };
}
