import type { Call } from '../future/call.ts';

/** Places in a block. */
const BLOCK = 256;

interface Block {
  /** By place; a place is empty when its call is done. */
  readonly calls: (Call | undefined)[];
  size: number;
}

/**
 * The calls of a job that are not done, about in their order. Made for millions that pass through: a Set's outgrown tables
 * refer to its newer ones, and through them keep calls that are done from the collector of young objects.
 */
export class OpenCalls implements Iterable<Call> {
  /** Calls by their numbers, a block for each {@link BLOCK} of them; a block goes when its calls are done. */
  readonly #blocks = new Map<number, Block>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(call: Call): void {
    const number = Math.floor(call.index / BLOCK);
    const place = call.index % BLOCK;
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = { calls: [], size: 0 };
      this.#blocks.set(number, block);
    }
    if (block.calls[place] !== undefined) return;
    block.calls[place] = call;
    block.size++;
    this.#size++;
  }

  delete(call: Call): void {
    const number = Math.floor(call.index / BLOCK);
    const place = call.index % BLOCK;
    const block = this.#blocks.get(number);
    if (block?.calls[place] === undefined) return;
    block.calls[place] = undefined;
    block.size--;
    this.#size--;
    if (block.size === 0) this.#blocks.delete(number);
  }

  /** Calls may be deleted meanwhile. */
  *[Symbol.iterator](): Iterator<Call> {
    for (const { calls } of this.#blocks.values()) for (const call of calls) if (call !== undefined) yield call;
  }
}
