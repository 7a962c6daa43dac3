/**
 * Does something whenever it is asked to, but never twice at once, and not more often than every so many ms: what is asked for
 * meanwhile is done once, later.
 */
export class Repeated {
  readonly #task: (gone: AbortSignal) => Promise<void>;
  readonly #everyMs: number;
  readonly #gone = new AbortController();
  #doneAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;

  /** @param task what it throws is forgotten: it is done again when asked */
  constructor(task: (gone: AbortSignal) => Promise<void>, everyMs: number) {
    this.#task = task;
    this.#everyMs = everyMs;
  }

  request(): void {
    if (this.#gone.signal.aborted) return;
    if (this.#busy) this.#again = true;
    else
      this.#timer ??= setTimeout(() => void this.#run(), Math.max(this.#doneAt + this.#everyMs - performance.now(), 0));
  }

  close(): void {
    this.#gone.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#busy = true;
    try {
      await this.#task(this.#gone.signal);
    } catch {
      // The connection's state is shown elsewhere.
    }
    this.#busy = false;
    this.#doneAt = performance.now();
    if (this.#again) this.request();
    this.#again = false;
  }
}
