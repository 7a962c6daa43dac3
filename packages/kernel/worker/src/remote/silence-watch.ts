export interface SilenceOptions {
  readonly everyMs: number;
  /** Told every `everyMs` while an answer is missing, with the time since the worker was last heard. */
  onSilent(silentMs: number): void;
}

/** Asks a busy worker that says nothing for a sign of life, and tells how long none has come. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  readonly #ask: () => void;
  #heardAt = performance.now();
  /** When an answer was last asked for. */
  #askedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SilenceOptions, ask: () => void) {
    this.#options = options;
    this.#ask = ask;
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.heard();
    this.#timer = setInterval(() => this.#look(), this.#options.everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs < this.#options.everyMs) return;
    // Only an answer that was asked for and did not come tells anything.
    if (this.#askedAt > this.#heardAt) this.#options.onSilent(silentMs);
    this.#askedAt = performance.now();
    this.#ask();
  }
}
