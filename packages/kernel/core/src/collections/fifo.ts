const BLOCK = 1024;

/**
 * A line of things that lets go of what has left it: nothing is moved, and nothing that left is kept from the collector
 * (a line that keeps what it passed makes every collection copy it, and all that it refers to).
 */
export class Fifo<Item extends object> {
  readonly #blocks: (Item | undefined)[][] = [];
  /** Of the first, within its block. */
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: Item): void {
    const last = this.#blocks.at(-1);
    if (last === undefined || last.length === BLOCK) this.#blocks.push([item]);
    else last.push(item);
    this.#length++;
  }

  peek(): Item | undefined {
    return this.#blocks[0]?.[this.#head];
  }

  shift(): Item | undefined {
    const [block] = this.#blocks;
    if (block === undefined) return undefined;
    const item = block[this.#head];
    block[this.#head++] = undefined;
    this.#length--;
    if (this.#head === block.length) {
      this.#blocks.shift();
      this.#head = 0;
    }
    return item;
  }
}
