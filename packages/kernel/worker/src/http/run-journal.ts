/** All that a run has told, so that a client whose connection was cut can read it again from the start. */
export class RunJournal {
  /** Each in the pieces it was encoded in. */
  readonly #frames: (readonly Uint8Array[])[] = [];
  readonly #wakes = new Set<() => void>();
  readonly #onReaders: (readers: number) => void;
  #readers = 0;
  #bytes = 0;
  #ended = false;
  #forgotten = false;

  /** `onReaders` is told how many read, each time that changes. */
  constructor(onReaders: (readers: number) => void) {
    this.#onReaders = onReaders;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether it can be read from its start. */
  get readable(): boolean {
    return !this.#forgotten;
  }

  append(frame: readonly Uint8Array[]): void {
    this.#frames.push(frame);
    for (const piece of frame) this.#bytes += piece.byteLength;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Lets go of what was told; who reads it now still gets it all. */
  forget(): void {
    this.#forgotten = true;
    if (this.#readers > 0) return;
    this.#frames.length = 0;
    this.#bytes = 0;
  }

  /** Everything from the start, and what comes as it comes, until the signal. */
  async *read(signal: AbortSignal): AsyncGenerator<readonly Uint8Array[], void, void> {
    this.#onReaders(++this.#readers);
    const wakeAll = () => this.#wake();
    signal.addEventListener('abort', wakeAll);
    try {
      for (let next = 0; !signal.aborted; ) {
        const frame = this.#frames[next];
        if (frame !== undefined) {
          next++;
          yield frame;
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => this.#wakes.add(resolve));
        }
      }
    } finally {
      signal.removeEventListener('abort', wakeAll);
      this.#onReaders(--this.#readers);
      if (this.#forgotten) this.forget();
    }
  }

  #wake(): void {
    for (const wake of this.#wakes) wake();
    this.#wakes.clear();
  }
}
