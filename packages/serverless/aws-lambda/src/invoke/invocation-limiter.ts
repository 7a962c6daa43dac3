/** How much slower after Lambda has refused an invocation, and how long further refusals count as the same. */
const FEWER = 0.7;
const SAME_REFUSAL_MS = 1_000;

/**
 * How many invocations run at once: ever fewer while Lambda refuses some, ever more while it does not. What an account may
 * run at once is shared with others, and nobody tells how much of it is left.
 */
export class InvocationLimiter {
  readonly #most: number;
  #limit: number;
  #running = 0;
  #loweredAt = Number.NEGATIVE_INFINITY;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  /** Invocations at once at present. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  get running(): number {
    return this.#running;
  }

  /** Waits for a place, which `release` gives back. @throws the signal's reason */
  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.limit) {
      this.#running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const take = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  release(): void {
    this.#running--;
    this.#fill();
  }

  /** One was accepted: after as many as there are places there is one place more. */
  accepted(): void {
    if (this.#limit >= this.#most) return;
    this.#limit = Math.min(this.#most, this.#limit + 1 / this.limit);
    this.#fill();
  }

  /** One was refused because too many run. */
  refused(): void {
    const now = performance.now();
    if (now - this.#loweredAt < SAME_REFUSAL_MS) return;
    this.#loweredAt = now;
    // Of those that run, not of those that might: the refused one is no measure of what there is.
    this.#limit = Math.max(1, Math.min(this.#limit, this.#running) * FEWER);
  }

  #fill(): void {
    while (this.#running < this.limit) {
      const take = this.#waiting.shift();
      if (take === undefined) return;
      this.#running++;
      take();
    }
  }
}
