import type { CallResults, CallTimes } from '../call-event.ts';
import { ResultsInPieces } from '../protocol/results-in-pieces.ts';
import { ValueBatch } from '../values/index.ts';

/** Results of this size are worth sparing a copy of. */
const LARGE_BYTES = 256 * 1024;

/** Calls that returned and have not been told of yet. */
export class FinishedCalls {
  #batch = new ValueBatch();
  #calls: number[] = [];
  #startedAt: number[] = [];
  #duration: number[] = [];

  /** About how large the results are. */
  get byteLength(): number {
    return this.#batch.byteLength;
  }

  /**
   * @param add puts the value into the batch; when it throws, the call is not added.
   * @param startedAt ms since the epoch
   * @param duration ms
   */
  add(call: number, add: (batch: ValueBatch) => void, startedAt: number, duration: number): void {
    add(this.#batch);
    this.#calls.push(call);
    this.#startedAt.push(startedAt);
    this.#duration.push(duration);
  }

  /** The event that tells of them, if there are any. `uncopied`: it is written before any of the values can change. */
  take(
    timesOf: (calls: readonly number[], startedAt: readonly number[], duration: readonly number[]) => CallTimes,
    uncopied: boolean,
  ): CallResults | undefined {
    if (this.#calls.length === 0) return undefined;
    const calls = this.#calls;
    const stats = timesOf(calls, this.#startedAt, this.#duration);
    const batch = this.#batch;
    this.#batch = new ValueBatch();
    this.#calls = [];
    this.#startedAt = [];
    this.#duration = [];
    return uncopied && batch.byteLength >= LARGE_BYTES
      ? new ResultsInPieces(calls, batch.finishPieces(), stats)
      : { type: 'result', calls, values: batch.finish(), stats };
  }
}
