import type { CallEvent } from '../call-event.ts';
import type { WorkerReply } from '../protocol/index.ts';
import { encodeThrown } from '../values/index.ts';
import type { EventLog } from './event-log.ts';

const CHANNEL = 1;

/**
 * Writes events into a log, many at a time, and tells them when they are there: whoever has been told of a result can
 * rely on it. What is printed, and which call runs, is told at once, and recorded with what comes next.
 */
export class RecordedEvents {
  readonly #log: EventLog;
  readonly #tell: (event: CallEvent) => void;
  #queue: CallEvent[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(log: EventLog, tell: (event: CallEvent) => void) {
    this.#log = log;
    this.#tell = tell;
  }

  emit(event: CallEvent): void {
    this.#queue.push(event);
    if (!isOutcome(event)) this.#tell(event);
    else this.#writing ??= this.#write();
  }

  /** Resolves when all that was emitted is recorded and told. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#queue.some(isOutcome)) {
      const events = this.#queue;
      this.#queue = [];
      await this.#record(events);
    }
    this.#writing = undefined;
  }

  async #record(events: readonly CallEvent[]): Promise<void> {
    const outcomes = events.filter(isOutcome);
    try {
      const replies: WorkerReply[] = events.map((event) => ({ type: 'event', channel: CHANNEL, event }));
      if (!this.#closed) this.#closed = !(await this.#log.append(replies));
      if (!this.#closed) for (const event of outcomes) this.#tell(event);
    } catch (error) {
      for (const event of outcomes.flatMap((outcome) => failuresOf(outcome, error))) this.#tell(event);
    }
  }
}

function isOutcome(event: CallEvent): boolean {
  return event.type !== 'log' && event.type !== 'started';
}

/** What is told instead of outcomes that could not be recorded. */
function failuresOf(event: CallEvent, failure: unknown): CallEvent[] {
  if (event.type === 'returned' || event.type === 'log' || event.type === 'started') return [event];
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
