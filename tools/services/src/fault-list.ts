/** Faults that wait for what they go wrong with. */
export class FaultList<Fault extends { readonly times?: number }> {
  readonly #faults: { readonly fault: Fault; left: number }[] = [];

  /** Until the answer is called, or it has happened as often as it was to. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#faults.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** The first that fits, once less often from now on. */
  next(fits: (fault: Fault) => boolean): Fault | undefined {
    const entry = this.#faults.find(({ fault, left }) => left > 0 && fits(fault));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}
