import { ServiceError } from '../api/service-error.ts';
import type { SandboxOutcome } from '../execution/sandbox.ts';
import type { FunctionRecord } from '../functions/function-record.ts';

export interface QueuedEvent {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly clientContext?: string;
}

export interface EventQueueOptions {
  /** Waits before the first and the second retry of an event whose function failed. */
  readonly retryMs: readonly [number, number];
  run(record: FunctionRecord, event: QueuedEvent): Promise<SandboxOutcome>;
  /** Whether the function is still there. */
  exists(record: FunctionRecord): boolean;
  /** How often this event is delivered: 1, or what a fault wants. */
  deliveries(functionName: string): number;
}

const FIRST_THROTTLE_MS = 1_000;
const LAST_THROTTLE_MS = 300_000;
const DEFAULT_AGE_SECONDS = 21_600;
const DEFAULT_RETRIES = 2;

/** Events that were accepted and run later: retried when their function fails, and for longer while it is throttled. */
export class EventQueue implements Disposable {
  readonly #options: EventQueueOptions;
  readonly #timers = new Set<NodeJS.Timeout>();
  #running = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  /** Events that have neither ended nor been given up. */
  get size(): number {
    return this.#running + this.#timers.size;
  }

  add(record: FunctionRecord, event: QueuedEvent): void {
    const count = this.#options.deliveries(record.version.functionName);
    for (let delivery = 0; delivery < count; delivery += 1)
      this.#after(0, () => this.#try(record, event, Date.now(), 0, 0));
  }

  async #try(
    record: FunctionRecord,
    event: QueuedEvent,
    since: number,
    failures: number,
    throttles: number,
  ): Promise<void> {
    if (!this.#options.exists(record)) return;
    const { MaximumEventAgeInSeconds = DEFAULT_AGE_SECONDS, MaximumRetryAttempts = DEFAULT_RETRIES } =
      record.eventInvoke ?? {};
    if (Date.now() - since > MaximumEventAgeInSeconds * 1000) return;
    try {
      const { failed } = await this.#options.run(record, event);
      const wait = this.#options.retryMs[failures];
      if (failed && failures < MaximumRetryAttempts && wait !== undefined)
        this.#after(wait, () => this.#try(record, event, since, failures + 1, 0));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      // Throttled: tried again for as long as the event may wait, ever less often. Without any concurrency it is given up.
      if (record.reservedConcurrency === 0) return;
      const wait = Math.min(FIRST_THROTTLE_MS * 2 ** throttles, LAST_THROTTLE_MS) * this.#scale;
      this.#after(wait, () => this.#try(record, event, since, failures, throttles + 1));
    }
  }

  /** How much shorter than the service's own the waits of this queue are. */
  get #scale(): number {
    return Math.min(1, this.#options.retryMs[0] / 60_000);
  }

  #after(milliseconds: number, work: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#running += 1;
      void work().finally(() => {
        this.#running -= 1;
      });
    }, milliseconds);
    this.#timers.add(timer);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
