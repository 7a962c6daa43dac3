import { PRIORITY_LIMIT, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { WorkerEnvironment } from '../protocol/master-api.ts';
import type { LinkSettings } from './machine-link.ts';
import { MachineSlots } from './machine-slots.ts';
import type { RedisAddress } from './redis-server.ts';

/** A job's lock is held for so long, in ms, and renewed at half of it: when its holder dies, others take it after that. */
const LOCK_MS = 10_000;
const LOOK_FOR_STALLED_MS = 1000;
/** A restart of the master stalls what ran; that is not the fault of what ran. */
const MOST_RESTARTS = 100;
/**
 * Invocations that are taken out of the queue, and wait for a free process in the same order. It does not follow the number of processes:
 * that grows while the first ones run, and BullMQ sees a greater number only when one of them has ended.
 */
const MOST_AT_ONCE = 10_000;

/** BullMQ's own priorities: the lower, the sooner, from 1 on. One of 0 would come before all others. */
const QUEUE_PRIORITY = { usual: 2 ** 20, first: 1, last: PRIORITY_LIMIT };

/** An invocation in the queue: all else about it is in its session's folder. */
export interface QueuedRun {
  readonly session: string;
  readonly channel: number;
}

export interface RunQueueSettings extends Pick<LinkSettings, 'keyFile' | 'silenceMs'> {
  readonly redis: RedisAddress;
  readonly environment: WorkerEnvironment;
  /** Runs an invocation to its end; what it throws is a fault of ours, told to the session before. */
  readonly execute: (run: QueuedRun, slots: MachineSlots) => Promise<void>;
  readonly log: (text: string) => void;
}

/** The invocations of one environment, by priority, then first come first served; they are in Redis until they have ended. */
export class RunQueue {
  readonly slots: MachineSlots;
  readonly #connection: Redis;
  readonly #queue: Queue<QueuedRun>;
  readonly #worker: Worker<QueuedRun>;

  private constructor(settings: RunQueueSettings, name: string) {
    const { redis, environment, log, execute } = settings;
    // What many invocations ask of it at once goes there together.
    this.#connection = new Redis({ ...redis, maxRetriesPerRequest: null, enableAutoPipelining: true });
    const complain = (error: Error) => log(`queue ${name}: ${error.message}`);
    this.#connection.on('error', complain);
    this.#queue = new Queue(name, {
      connection: this.#connection,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue.on('error', complain);
    this.slots = new MachineSlots(environment, settings, log);
    this.#worker = new Worker(name, (job) => execute(job.data, this.slots), {
      connection: this.#connection,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_FOR_STALLED_MS,
      maxStalledCount: MOST_RESTARTS,
      concurrency: MOST_AT_ONCE,
    });
    this.#worker.on('error', complain);
  }

  static async open(settings: RunQueueSettings, name: string): Promise<RunQueue> {
    const queue = new RunQueue(settings, name);
    await queue.#releaseStalled();
    return queue;
  }

  /**
   * Without effect when it is in the queue already.
   * @param priority those of a higher one come first
   */
  async add(run: QueuedRun, priority: number): Promise<void> {
    const { usual, first, last } = QUEUE_PRIORITY;
    const place = Math.min(last, Math.max(first, usual - Math.round(priority)));
    await this.#queue.add('run', run, { jobId: jobId(run), priority: place });
  }

  /** Takes back what has not been started. */
  async remove(run: QueuedRun): Promise<void> {
    // One that runs cannot be removed; it ends by its signal.
    await this.#queue.remove(jobId(run)).catch(() => {});
  }

  async close(): Promise<void> {
    this.slots.close();
    await this.#worker.close(true);
    await this.#queue.close();
    this.#connection.disconnect();
  }

  /** We are the only one who takes jobs: whoever holds a lock now is dead. */
  async #releaseStalled(): Promise<void> {
    const active = await this.#queue.getActive();
    await Promise.all(active.map(({ id }) => this.#connection.del(`${this.#queue.toKey(id ?? '')}:lock`)));
  }
}

function jobId({ session, channel }: QueuedRun): string {
  return `${session}-${channel}`;
}
