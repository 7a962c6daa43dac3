/** What goes wrong, and how often. */
export interface Fault {
  /** Every so many requests. */
  readonly every: number;
  /** Status that is answered instead, or: the connection ends before the request is carried out, or after it was, or in the middle of the answer. */
  readonly with: number | 'cut-before' | 'cut-after' | 'cut-within';
}

export class Faults {
  fault: Fault | undefined;
  #seen = 0;

  /** What is to go wrong with the request at hand. */
  next(): Fault['with'] | undefined {
    return this.fault !== undefined && ++this.#seen % this.fault.every === 0 ? this.fault.with : undefined;
  }
}
