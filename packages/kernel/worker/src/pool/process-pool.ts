import { BusyPoll } from '../busy-poll.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import { PoolGrowth, type PoolState } from './pool-growth.ts';
import { PoolRun, type RunPool } from './pool-run.ts';
import { Reaper } from './reaper.ts';
import { spawning } from './spawned-process.ts';
import type { ProcessStarter } from './started-process.ts';
import type { WorkerCommand } from './worker-command.ts';
import { WorkerDied } from './worker-died.ts';
import { WorkerProcess } from './worker-process.ts';

export interface ProcessPoolOptions {
  /** Processes at once, at least 1. */
  readonly size: number;
  /** How its processes are started: a command of this machine, or what starts them elsewhere. */
  readonly command: WorkerCommand | ProcessStarter;
  /** Whether processes start as soon as a run finds none free, or when that pays, see {@link PoolGrowth}. Default: at once. */
  readonly growth?: 'at once' | 'paying';
  /** Within which a process answers after its start, or is ended. Default: 60,000. */
  readonly startLimitMs?: number;
  /** What a run fails with when its process ends before it. Default: the `WorkerDied` itself. */
  readonly toError?: (died: WorkerDied) => unknown;
  /** Told of each process that was started. */
  readonly onSpawn?: (pid: number) => void;
}

/** Far more than a process takes to start on any machine that gets work done. */
const START_LIMIT_MS = 60_000;
/** How long an idle worker may take to leave when the pool is closed, in ms. */
const CLOSE_GRACE_MS = 1000;

/** Warm worker processes: started when first needed, kept until the pool is closed, replaced when they die. */
export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #start: ProcessStarter;
  readonly #workers = new Set<WorkerProcess>();
  readonly #waiting: PoolRun[] = [];
  readonly #reaper = new Reaper();
  readonly #poll = new BusyPoll();
  readonly #growth: PoolGrowth | undefined;
  readonly #forRuns: RunPool;
  /** Runs that have left the line, and not yet the pool. */
  #underWay = 0;
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    const { command, growth, toError = (died) => died } = options;
    this.#forRuns = { left: () => this.#left(), forget: (run) => this.#forget(run), toError };
    this.#growth = growth === 'paying' ? new PoolGrowth(() => this.#serveNext()) : undefined;
    this.#start = typeof command === 'function' ? command : spawning(command);
  }

  /** Starts processes ahead of the work, up to `count` in all. */
  prewarm(count: number): void {
    while (!this.#closed && this.#workers.size < Math.min(count, this.#options.size))
      if (this.#tryToSpawn() instanceof Error) return; // the next run tries again, and tells
  }

  /**
   * Runs an invocation on an idle worker, or the first that becomes idle. On abort, as by `stop()` of the run, the process is
   * killed and the events end.
   */
  run(invocation: Invocation, module: ShippedModule, signal?: AbortSignal): PoolRun {
    const run = new PoolRun(invocation, module, signal, this.#forRuns);
    if (signal?.aborted === true || this.#closed) run.stop();
    else {
      this.#waiting.push(run);
      this.#serveNext();
    }
    return run;
  }

  /** Runs that wait for a worker, or have one that was not told to end. */
  get busy(): number {
    let busy = this.#waiting.length;
    for (const worker of this.#workers) if (worker.busy) busy++;
    return busy;
  }

  /** Ends every process. Runs in progress fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#growth?.close();
    for (const run of this.#waiting.splice(0)) run.stop();
    await Promise.all([...this.#workers].map((worker) => worker.close(CLOSE_GRACE_MS)));
    await this.#reaper.close();
  }

  #left(): void {
    this.#underWay--;
    this.#poll.end();
    this.#serveNext();
    if (this.#underWay === 0) this.#growth?.idle();
  }

  #forget(run: PoolRun): void {
    const index = this.#waiting.indexOf(run);
    if (index >= 0) this.#waiting.splice(index, 1);
    this.#awaitStarting();
  }

  /**
   * What its processes are at. `free` is one that a run can be given to: of those that still start only the very first, with
   * its first message, for what was given to any other one would wait for it beside those that are free sooner.
   */
  #survey(): PoolState & { readonly free: WorkerProcess | undefined; readonly unasked: number } {
    let free: WorkerProcess | undefined;
    let up = 0;
    let starting = 0;
    let unasked = 0;
    for (const worker of this.#workers) {
      if (worker.leaving) continue;
      if (worker.up) up++;
      else starting++;
      if (!worker.idle) continue;
      if (!worker.up) unasked++;
      // Another one takes the place of one that is worn out when it is gone.
      if (worker.wornOut) void worker.close(CLOSE_GRACE_MS);
      else if (free?.up !== true) free = worker;
    }
    const alone = up + starting === 1;
    return { free: alone || free?.up === true ? free : undefined, up, starting, unasked };
  }

  /** Not even begun is what needs room on a disk that is full, or descriptors when there are no more. */
  #tryToSpawn(): WorkerProcess | Error {
    try {
      return this.#spawn();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #spawn(): WorkerProcess {
    const worker = new WorkerProcess(this.#start, this.#options.startLimitMs ?? START_LIMIT_MS, {
      up: () => this.#serveNext(),
      gone: (unused) => {
        this.#workers.delete(worker);
        if (worker.pid !== undefined) this.#reaper.remove(worker.pid);
        // One that is slow is no reason to give up where another one runs.
        const isSlow = unused?.death.reason !== undefined && this.#survey().up > 0;
        if (unused !== undefined && !isSlow) this.#failNext(unused);
        this.#serveNext();
      },
    });
    this.#workers.add(worker);
    const { pid } = worker;
    if (pid !== undefined) this.#options.onSpawn?.(pid);
    // After the tick, so that the reaper's own start does not delay the worker's; but before the worker can run anything:
    // a program may end, or be killed, as soon as a task has begun.
    if (pid !== undefined) setImmediate(() => this.#workers.has(worker) && this.#reaper.add(pid)).unref();
    return worker;
  }

  #serveNext(): void {
    this.#giveProcesses();
    this.#awaitStarting();
  }

  /** Whoever waits is not left alone by a client that has nothing else to do. */
  #awaitStarting(): void {
    for (const worker of this.#workers) worker.awaited(this.#waiting.length > 0);
  }

  /** Gives those who wait the processes that are free, and has more started where that is not enough. */
  #giveProcesses(): void {
    for (let first = this.#waiting[0]; first !== undefined && !this.#closed; first = this.#waiting[0]) {
      const state = this.#survey();
      if (state.free !== undefined) {
        this.#waiting.shift();
        this.#underWay++;
        this.#startOn(state.free, first);
        continue;
      }
      if (this.#workers.size >= this.#options.size) break;
      if (state.unasked >= this.#waiting.length || this.#growth?.pays(first, state) === false) return;
      const started = this.#tryToSpawn();
      if (started instanceof Error) this.#failNext(new WorkerDied({ oom: false, stderr: '' }, started));
    }
    this.#growth?.rest();
  }

  /** No process came of it: whoever waits longest for one is told. */
  #failNext(died: WorkerDied): void {
    const run = this.#waiting.shift();
    if (run === undefined) return;
    this.#underWay++;
    run.died(died);
  }

  /** A single run is most likely waited for; of several, who polls would take a processor from one. */
  #startOn(worker: WorkerProcess, run: PoolRun): void {
    run.startOn(worker);
    if (this.#underWay === 1 && this.#waiting.length === 0 && run.invocation.calls.length === 1) this.#poll.begin();
    else this.#poll.end();
  }
}
