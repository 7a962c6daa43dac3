/** Places in a block. */
const BLOCK = 256;

interface Block<Item> {
  /** By place; a place is empty when its item was taken out. */
  readonly items: (Item | undefined)[];
  size: number;
}

/**
 * Things with numbers that come and go, about in the order of their numbers. Made for millions that pass through: a Set's
 * outgrown tables refer to its newer ones, and through them keep what was taken out from the collector of young objects.
 */
export class NumberedItems<Item extends object> implements Iterable<Item> {
  /** A block for each {@link BLOCK} numbers; it goes when its items are taken out, the newest one when there is a newer. */
  readonly #blocks = new Map<number, Block<Item>>();
  #newest = -1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Without effect when there is one of this number. */
  add(number: number, item: Item): void {
    const at = Math.floor(number / BLOCK);
    const place = number % BLOCK;
    let block = this.#blocks.get(at);
    if (block === undefined) {
      block = { items: [], size: 0 };
      this.#blocks.set(at, block);
      if (at > this.#newest) {
        if (this.#blocks.get(this.#newest)?.size === 0) this.#blocks.delete(this.#newest);
        this.#newest = at;
      }
    }
    if (block.items[place] !== undefined) return;
    block.items[place] = item;
    block.size++;
    this.#size++;
  }

  delete(number: number): void {
    const at = Math.floor(number / BLOCK);
    const place = number % BLOCK;
    const block = this.#blocks.get(at);
    if (block?.items[place] === undefined) return;
    block.items[place] = undefined;
    block.size--;
    this.#size--;
    if (block.size === 0 && at !== this.#newest) this.#blocks.delete(at);
  }

  /** Items may be taken out meanwhile. */
  *[Symbol.iterator](): Iterator<Item> {
    for (const { items } of this.#blocks.values()) for (const item of items) if (item !== undefined) yield item;
  }
}
