import type { Call } from '../future/call.ts';

/** Calls in line. Those that are done meanwhile are passed over. */
export class CallQueue {
  #calls: Call[] = [];
  #head = 0;
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
    return this.#first.length + this.#calls.length - this.#head;
  }

  /** The next call that is not done; it stays in line. */
  peek(): Call | undefined {
    while (this.#first.length > 0) {
      const call = this.#first[0];
      if (call?.done === false) return call;
      this.#first.shift();
    }
    while (this.#head < this.#calls.length) {
      const call = this.#calls[this.#head];
      if (call?.done === false) return call;
      this.#advance();
    }
    return undefined;
  }

  shift(): Call | undefined {
    const call = this.peek();
    if (call === undefined) return undefined;
    if (this.#first[0] === call) this.#first.shift();
    else this.#advance();
    return call;
  }

  #advance(): void {
    this.#head++;
    // Frees what was passed, without moving the rest at every step.
    if (this.#head === this.#calls.length) {
      this.#calls = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#calls.length) {
      this.#calls = this.#calls.slice(this.#head);
      this.#head = 0;
    }
  }
}
