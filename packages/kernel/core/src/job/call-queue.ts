import { Fifo } from '../collections/fifo.ts';
import type { Call } from '../future/call.ts';

/** Calls in line. Those that are done meanwhile are passed over. */
export class CallQueue {
  readonly #calls = new Fifo<Call>();
  /** Calls that come before all others. */
  readonly #first: Call[] = [];

  push(call: Call): void {
    this.#calls.push(call);
  }

  /** Puts calls back before all others. */
  unshift(calls: readonly Call[]): void {
    this.#first.push(...calls);
  }

  /** How many are in line; those done meanwhile may be among them. */
  get length(): number {
    return this.#first.length + this.#calls.length;
  }

  /** The next call that is not done; it stays in line. */
  peek(): Call | undefined {
    // Almost always the first is it.
    const call = this.#first.length > 0 ? this.#first[0] : this.#calls.peek();
    return call?.done === true ? this.#passDone() : call;
  }

  /** Takes out the call that {@link peek} has just given. */
  advance(): void {
    if (this.#first.length > 0) this.#first.shift();
    else this.#calls.shift();
  }

  #passDone(): Call | undefined {
    while (this.#first[0]?.done === true) this.#first.shift();
    if (this.#first.length > 0) return this.#first[0];
    while (this.#calls.peek()?.done === true) this.#calls.shift();
    return this.#calls.peek();
  }
}
