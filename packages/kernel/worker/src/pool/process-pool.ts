import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import { EventStream } from '../protocol/index.ts';
import { Reaper } from './reaper.ts';
import type { WorkerCommand } from './worker-command.ts';
import { WorkerProcess, type WorkerTask } from './worker-process.ts';

export interface ProcessPoolOptions {
  /** Processes at once, at least 1. */
  readonly size: number;
  readonly command: WorkerCommand;
}

/** An invocation on its way through the pool. */
export interface PoolRun extends AsyncIterable<CallEvent> {
  recall(calls: readonly number[]): void;
  /** The call that is running, where it is known. */
  running(): number | undefined;
}

/** How long an idle worker may take to leave when the pool is closed, in ms. */
const CLOSE_GRACE_MS = 1000;

/** Warm worker processes: started when first needed, kept until the pool is closed, replaced when they die. */
export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #waiting: WorkerTask[] = [];
  readonly #running = new Map<WorkerTask, WorkerProcess>();
  readonly #reaper = new Reaper();
  #closed = false;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /** Starts processes ahead of the work, up to `count` in all. */
  prewarm(count: number): void {
    while (!this.#closed && this.#workers.size < Math.min(count, this.#options.size)) this.#spawn();
  }

  /**
   * Runs an invocation on an idle worker, or the first that becomes idle. The events fail with `WorkerDied` when its process
   * ends first. On abort the process is killed and the events end.
   */
  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): PoolRun {
    const events = new EventStream<CallEvent>();
    const stop = () => {
      events.end();
      const index = this.#waiting.indexOf(task);
      if (index >= 0) this.#waiting.splice(index, 1);
      this.#running.get(task)?.cancel(task);
    };
    const task: WorkerTask = {
      invocation,
      module,
      events,
      onLeft: () => {
        this.#running.delete(task);
        signal.removeEventListener('abort', stop);
        this.#serveNext();
      },
    };
    events.onReturn = stop;
    if (signal.aborted || this.#closed) {
      events.end();
    } else {
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push(task);
      this.#serveNext();
    }
    return {
      recall: (calls) => this.#running.get(task)?.recall(task, calls),
      running: () => this.#running.get(task)?.running(task),
      [Symbol.asyncIterator]: () => events,
    };
  }

  /** Ends every process. Runs in progress fail. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#waiting.splice(0)) task.events.end();
    await Promise.all([...this.#workers].map((worker) => worker.close(CLOSE_GRACE_MS)));
    await this.#reaper.close();
  }

  #idleWorker(): WorkerProcess | undefined {
    for (const worker of this.#workers) {
      if (!worker.idle) continue;
      if (!worker.wornOut) return worker;
      this.#workers.delete(worker);
      void worker.close(CLOSE_GRACE_MS);
    }
    return this.#workers.size < this.#options.size ? this.#spawn() : undefined;
  }

  #spawn(): WorkerProcess {
    const worker = new WorkerProcess(this.#options.command, () => {
      this.#workers.delete(worker);
      if (worker.pid !== undefined) this.#reaper.remove(worker.pid);
      this.#serveNext();
    });
    this.#workers.add(worker);
    const { pid } = worker;
    // After the tick, so that the reaper's own start does not delay the worker's.
    if (pid !== undefined) setImmediate(() => this.#workers.has(worker) && this.#reaper.add(pid)).unref();
    return worker;
  }

  #serveNext(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const worker = this.#idleWorker();
      const task = worker && this.#waiting.shift();
      if (worker === undefined || task === undefined) return;
      this.#running.set(task, worker);
      worker.start(task);
    }
  }
}
