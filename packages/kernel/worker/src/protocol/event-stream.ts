/** A queue with one reader: pushed by callbacks, read as an async iterable. Items pushed before a failure are read before it is thrown. */
export class EventStream<Item> implements AsyncIterable<Item>, AsyncIterator<Item> {
  readonly #items: Item[] = [];
  #head = 0;
  #waiting: { resolve(result: IteratorResult<Item>): void; reject(error: unknown): void } | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  /** Called when the reader stops before the end. */
  onReturn: (() => void) | undefined;

  push(item: Item): void {
    if (this.#ended) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(item);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve({ done: false, value: item });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#waiting === undefined) this.#failure = { error };
    else this.#waiting.reject(error);
    this.#waiting = undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Item>> {
    if (this.#head < this.#items.length) {
      const value = this.#items[this.#head++] as Item; // below length
      if (this.#head === this.#items.length) {
        this.#items.length = 0;
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Item>> {
    const ended = this.#ended;
    this.end();
    this.#items.length = 0;
    this.#head = 0;
    if (!ended) this.onReturn?.();
    return Promise.resolve({ done: true, value: undefined });
  }
}
