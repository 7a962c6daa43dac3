import type { CallEvent } from '../call-event.ts';
import type { Invocation } from '../invocation.ts';

/** The calls of an invocation that no event has answered yet, for those who hand its events on. */
export class UnansweredCalls {
  readonly #calls: Set<number>;

  constructor({ calls }: Pick<Invocation, 'calls'>) {
    this.#calls = new Set(calls);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Their numbers, in the order of the invocation. */
  get numbers(): readonly number[] {
    return [...this.#calls];
  }

  /** Takes off those that an event answers. */
  event(event: CallEvent): void {
    if (event.type === 'result' || event.type === 'returned' || event.type === 'expired')
      for (const call of event.calls) this.#calls.delete(call);
    else if (event.type === 'stored' || event.type === 'error') this.#calls.delete(event.call);
  }
}
