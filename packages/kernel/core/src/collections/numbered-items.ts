/** Places in a block. */
const BLOCK = 256;

interface Block<Item> {
  /** Its numbers begin with this many times {@link BLOCK}. */
  readonly at: number;
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
  #newest: Block<Item> = { at: 0, items: [], size: 0 };
  /** By what they are of; made when there is one. */
  #older: Map<number, Block<Item>> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Without effect when there is one of this number. */
  add(number: number, item: Item): void {
    const at = Math.floor(number / BLOCK);
    const place = number % BLOCK;
    const block = this.#blockOf(at) ?? this.#addBlock({ at, items: [], size: 0 });
    if (block.items[place] !== undefined) return;
    block.items[place] = item;
    block.size++;
    this.#size++;
  }

  delete(number: number): void {
    const at = Math.floor(number / BLOCK);
    const place = number % BLOCK;
    const block = this.#blockOf(at);
    if (block?.items[place] === undefined) return;
    block.items[place] = undefined;
    block.size--;
    this.#size--;
    if (block.size === 0 && block !== this.#newest) this.#older?.delete(at);
  }

  /** Items may be taken out meanwhile. */
  *[Symbol.iterator](): Iterator<Item> {
    if (this.#older !== undefined) for (const { items } of this.#older.values()) yield* present(items);
    yield* present(this.#newest.items);
  }

  #blockOf(at: number): Block<Item> | undefined {
    return at === this.#newest.at ? this.#newest : this.#older?.get(at);
  }

  #addBlock(block: Block<Item>): Block<Item> {
    const newest = this.#newest;
    if (block.at < newest.at) {
      this.#older ??= new Map();
      this.#older.set(block.at, block);
      return block;
    }
    this.#newest = block;
    if (newest.size === 0) return block;
    this.#older ??= new Map();
    this.#older.set(newest.at, newest);
    return block;
  }
}

function* present<Item extends object>(items: readonly (Item | undefined)[]): Iterable<Item> {
  for (const item of items) if (item !== undefined) yield item;
}
