import type { Attempt } from './attempt.ts';

/** A worker that has answered every call ends the invocation with the last answer, or at once after it. */
const PATIENCE_MS = 10_000;

/** What the invoker lets this see. */
export interface UnendedContext {
  /** Whether calls wait for a worker while every one is taken. */
  crowded(): boolean;
  attempts(): readonly Attempt[];
}

/** Takes workers back whose word that they are done was lost, so that they do not keep others waiting for ever. */
export class UnendedAttempts {
  readonly #context: UnendedContext;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: UnendedContext) {
    this.#context = context;
  }

  /** Looks after attempts as long as calls wait for their workers. */
  watch(): void {
    if (this.#timer !== undefined || !this.#context.crowded()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      for (const attempt of this.#context.attempts())
        if (attempt.size === 0 && now - attempt.lastEventAt > PATIENCE_MS) attempt.stop();
      this.watch();
    }, PATIENCE_MS / 4).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
