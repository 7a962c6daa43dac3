/**
 * Channels that were cancelled, until it is known that the master has heard of it: a connection may break with a cancel under
 * way. What is sent on a connection is read in order, so the answer to a ping is one to the cancels before it.
 */
export class LastingCancels implements Iterable<number> {
  readonly #channels = new Set<number>();
  /** Those that were sent before the last ping. */
  #asked: readonly number[] = [];

  add(channel: number): void {
    this.#channels.add(channel);
  }

  /** A ping is sent, behind all that have been added. */
  asking(): void {
    this.#asked = [...this.#channels];
  }

  /** A ping was answered. */
  answered(): void {
    for (const channel of this.#asked) this.#channels.delete(channel);
    this.#asked = [];
  }

  /** There is nothing at the master that could be cancelled. */
  clear(): void {
    this.#channels.clear();
    this.#asked = [];
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#channels.values();
  }
}
