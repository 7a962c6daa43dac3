import type { CallEvent, CallsExpired } from '../call-event.ts';
import type { Invocation } from '../invocation.ts';

/** Fires late by more than this: the process was busy, and answers may be waiting to be read. */
const LATE_MS = 20;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Watches the time of an invocation, and which of its calls are open when that is over. */
export class TimeLimit {
  readonly #calls: Set<number>;
  readonly #over: () => void;
  readonly #endsAt: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param over told once, unless the limit is lifted before */
  constructor({ calls }: Invocation, limitMs: number, over: () => void) {
    this.#calls = new Set(calls);
    this.#over = over;
    this.#endsAt = performance.now() + limitMs;
    this.#arm();
  }

  /** Takes note of the calls that an event answers. */
  event(event: CallEvent): void {
    if (event.type === 'result' || event.type === 'returned') for (const call of event.calls) this.#calls.delete(call);
    else if (event.type === 'stored' || event.type === 'error') this.#calls.delete(event.call);
  }

  /** @param running calls one of which runs */
  expired(running: readonly number[]): CallsExpired {
    const suspects = running.filter((call) => this.#calls.has(call));
    const [call] = suspects;
    return {
      type: 'expired',
      calls: [...this.#calls],
      ...(suspects.length === 1 && call !== undefined && { running: call }),
      ...(suspects.length > 1 && { suspects }),
    };
  }

  lift(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const left = Math.max(0, this.#endsAt - performance.now());
    this.#timer = setTimeout(() => this.#look(), Math.min(left, LONGEST_TIMER_MS)).unref();
  }

  #look(): void {
    const late = performance.now() - this.#endsAt;
    if (late < 0) return this.#arm();
    const end = () => {
      if (this.#timer !== undefined) this.#over();
    };
    if (late > LATE_MS) setImmediate(() => setImmediate(end));
    else end();
  }
}
