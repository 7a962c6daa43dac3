interface Lane<Waiter> {
  readonly priority: number;
  readonly waiters: Set<Waiter>;
}

/** Those who wait for the same thing: of higher priority first, and first come first served among equals. */
export class WaitingLine<Waiter> implements Iterable<Waiter> {
  /** The highest first; none is empty. */
  #lanes: readonly Lane<Waiter>[] = [];

  add(waiter: Waiter, priority: number): void {
    const known = this.#lanes.find((lane) => lane.priority === priority);
    if (known !== undefined) {
      known.waiters.add(waiter);
      return;
    }
    const lane = { priority, waiters: new Set([waiter]) };
    this.#lanes = [...this.#lanes, lane].sort((a, b) => b.priority - a.priority);
  }

  delete(waiter: Waiter): void {
    for (const lane of this.#lanes) {
      if (!lane.waiters.delete(waiter)) continue;
      if (lane.waiters.size === 0) this.#lanes = this.#lanes.filter((other) => other !== lane);
      return;
    }
  }

  *[Symbol.iterator](): Iterator<Waiter> {
    for (const { waiters } of this.#lanes) yield* waiters;
  }
}
