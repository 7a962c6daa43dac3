import type { RevisionSpec } from '../knative/serving-objects.ts';

/** The three limits of a request: until its answer has begun, between two parts of it, and until its end. */
export class RequestTimeouts {
  readonly #expired: () => void;
  readonly #idleMs: number;
  readonly #whole: NodeJS.Timeout | undefined;
  #start: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    { timeoutSeconds = 0, responseStartTimeoutSeconds = 0, idleTimeoutSeconds = 0 }: RevisionSpec,
    expired: () => void,
  ) {
    this.#expired = expired;
    this.#idleMs = idleTimeoutSeconds * 1_000;
    this.#whole = this.#timer(timeoutSeconds * 1_000);
    this.#start = this.#timer(responseStartTimeoutSeconds * 1_000);
    this.#idle = this.#timer(this.#idleMs);
  }

  started(): void {
    clearTimeout(this.#start);
    this.#start = undefined;
    this.moved();
  }

  moved(): void {
    clearTimeout(this.#idle);
    this.#idle = this.#timer(this.#idleMs);
  }

  [Symbol.dispose](): void {
    for (const timer of [this.#whole, this.#start, this.#idle]) clearTimeout(timer);
  }

  #timer(ms: number): NodeJS.Timeout | undefined {
    return ms > 0 ? setTimeout(this.#expired, ms) : undefined;
  }
}
