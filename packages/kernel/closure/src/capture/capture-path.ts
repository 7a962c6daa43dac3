import { SerializationError } from '../serialization-error.ts';

/** How what is being looked at was reached from the function: what errors tell. */
export class CapturePath {
  #path: string;

  constructor(name: string) {
    this.#path = name;
  }

  toString(): string {
    return this.#path;
  }

  /** Runs with the path one step longer. */
  at<Result>(step: string, run: () => Result): Result {
    return this.from(`${this.#path} -> ${step}`, run);
  }

  /** Runs with another path. */
  from<Result>(path: string, run: () => Result): Result {
    const before = this.#path;
    this.#path = path;
    try {
      return run();
    } finally {
      this.#path = before;
    }
  }

  error(reason: string, hint: string, options?: ErrorOptions): SerializationError {
    return new SerializationError(this.#path, reason, hint, options);
  }
}
