import { createHash } from 'node:crypto';
import type { MachineSpec, MachineStatus, WorkerEnvironment } from '../protocol/master-api.ts';
import { RunQueue, type RunQueueSettings } from './run-queue.ts';

/** Workers that nobody needs any more are kept for a while: the next client need not start them. */
const KEEP_WORKERS_MS = 60_000;

interface EnvironmentQueue {
  readonly queue: Promise<RunQueue>;
  /** Since when no session has this environment. */
  unusedSince: number | undefined;
}

/** A queue, and workers, for each environment that sessions need; all on the same machines. */
export class EnvironmentQueues {
  readonly #settings: Omit<RunQueueSettings, 'environment'>;
  readonly #queues = new Map<string, EnvironmentQueue>();
  #opened: readonly RunQueue[] = [];
  #machines: readonly MachineSpec[] = [];

  constructor(settings: Omit<RunQueueSettings, 'environment'>) {
    this.#settings = settings;
  }

  get status(): MachineStatus[] {
    return this.#opened.flatMap(({ slots }) => slots.status);
  }

  /** These are the machines from now on. */
  use(machines: readonly MachineSpec[]): void {
    this.#machines = machines;
    for (const { slots } of this.#opened) slots.use(machines);
  }

  /** The queue of an environment, opened unless it is; a failure is in the log, too. */
  of(environment: WorkerEnvironment): Promise<RunQueue> {
    const key = JSON.stringify(environment);
    const known = this.#queues.get(key);
    if (known !== undefined) {
      known.unusedSince = undefined;
      return known.queue;
    }
    const name = `lithops-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
    const queue = RunQueue.open({ ...this.#settings, environment }, name);
    this.#queues.set(key, { queue, unusedSince: undefined });
    queue.then(
      (opened) => {
        // They may have changed meanwhile.
        opened.slots.use(this.#machines);
        this.#opened = [...this.#opened, opened];
      },
      (error: unknown) => {
        this.#settings.log(`queue ${name} cannot be opened: ${String(error)}`);
        this.#queues.delete(key);
      },
    );
    return queue;
  }

  /** Closes those that have not been needed for a while. @param used environments of the sessions that there are */
  closeUnused(used: Iterable<WorkerEnvironment>, now: number): void {
    const keys = new Set(Array.from(used, (environment) => JSON.stringify(environment)));
    for (const [key, entry] of this.#queues) {
      if (keys.has(key)) entry.unusedSince = undefined;
      else entry.unusedSince ??= now;
      if (entry.unusedSince === undefined || now - entry.unusedSince < KEEP_WORKERS_MS) continue;
      this.#queues.delete(key);
      void entry.queue.then((queue) => {
        this.#opened = this.#opened.filter((other) => other !== queue);
        return queue.close();
      });
    }
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#queues.values(), async ({ queue }) => (await queue).close()));
  }
}
