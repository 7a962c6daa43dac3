import type { CallEvent } from '../call-event.ts';
import type { WorkerReply } from '../protocol/index.ts';
import { encodeThrown } from '../values/index.ts';
import type { EventLog } from './event-log.ts';

const CHANNEL = 1;

export interface RecordedEventsOptions {
  /** Told each event when it may be relied on. */
  readonly tell: (event: CallEvent) => void;
  /** Told that nothing counts any more. */
  readonly closed?: () => void;
  /** Events that are no outcomes are recorded after this many ms at the latest. Absent: with the next outcome. */
  readonly announceMs?: number;
}

/**
 * Writes events into a log, many at a time, and tells them when they are there: whoever has been told of a result can
 * rely on it. What is printed, and which call runs, is told at once, and recorded with what comes next.
 */
export class RecordedEvents {
  readonly #log: EventLog;
  readonly #options: RecordedEventsOptions;
  #queue: CallEvent[] = [];
  #writing: Promise<void> | undefined;
  #announcing: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(log: EventLog, options: RecordedEventsOptions) {
    this.#log = log;
    this.#options = options;
  }

  emit(event: CallEvent): void {
    this.#queue.push(event);
    if (isOutcome(event)) {
      this.#writing ??= this.#write();
      return;
    }
    this.#options.tell(event);
    const { announceMs } = this.#options;
    if (announceMs !== undefined) this.#announcing ??= setTimeout(() => this.#announce(), announceMs).unref();
  }

  /** Resolves when all that was emitted is recorded and told. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Resolves when also that is recorded which no outcome has followed. */
  async finish(): Promise<void> {
    await this.settled();
    clearTimeout(this.#announcing);
    this.#announce();
    await this.settled();
  }

  #announce(): void {
    this.#announcing = undefined;
    if (this.#queue.length > 0) this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    do {
      const events = this.#queue;
      this.#queue = [];
      await this.#record(events);
    } while (this.#queue.some(isOutcome));
    this.#writing = undefined;
  }

  async #record(events: readonly CallEvent[]): Promise<void> {
    const outcomes = events.filter(isOutcome);
    const { tell, closed } = this.#options;
    try {
      const replies: WorkerReply[] = events.map((event) => ({ type: 'event', channel: CHANNEL, event }));
      if (!this.#closed && !(await this.#log.append(replies))) {
        this.#closed = true;
        closed?.();
      }
      if (!this.#closed) for (const event of outcomes) tell(event);
    } catch (error) {
      for (const event of outcomes.flatMap((outcome) => failuresOf(outcome, error))) tell(event);
    }
  }
}

function isOutcome(event: CallEvent): boolean {
  return event.type !== 'log' && event.type !== 'started';
}

/** What is told instead of outcomes that could not be recorded. */
function failuresOf(event: CallEvent, failure: unknown): CallEvent[] {
  if (event.type !== 'result' && event.type !== 'stored' && event.type !== 'error') return [event];
  const calls = event.type === 'result' ? event.calls : [event.call];
  const { startedAt, duration, ...shared } = event.stats;
  const reason = failure instanceof Error ? failure.message : String(failure);
  const error = encodeThrown(new Error(`the outcome of the call could not be recorded: ${reason}`, { cause: failure }));
  return calls.map((call, i) => ({
    type: 'error',
    call,
    error,
    cause: 'storage',
    stats: { ...shared, startedAt: startedAt.slice(i, i + 1), duration: duration.slice(i, i + 1) },
  }));
}
