import { encodeValue, ValueEncodingError, type ValueTable } from '@lithops/worker/values';
import { SerializationError } from '../serialization-error.ts';

/** Captured objects: encoded together, so that what they share stays shared. */
export class CapturedObjects {
  readonly #objects: unknown[] = [];
  readonly #paths: string[] = [];
  #encoded: Uint8Array = new Uint8Array(0);
  /** Where the objects begin that `encode` is at. */
  #from = 0;

  get length(): number {
    return this.#objects.length;
  }

  /** As of the last `encode`. */
  get encoded(): Uint8Array {
    return this.#encoded;
  }

  /** Adds a value that is reached by that path, and gives its place. */
  add(value: unknown, path: string): number {
    this.#paths.push(path);
    return this.#objects.push(value) - 1;
  }

  /** To encode may find further functions, and so further objects. @throws SerializationError */
  encode(table: ValueTable): void {
    // What it finds is looked through by itself, and all of it encoded together at last: to begin anew each time would take a
    // chain of closures the square of its length.
    for (let from = 0; ; ) {
      const count = this.#objects.length;
      this.#encoded = this.#encodeFrom(from, table);
      if (this.#objects.length > count) from = count;
      else if (from > 0) from = 0;
      else return;
    }
  }

  /** How something is reached that `encode` found at that place of the objects that it was at. */
  pathOf(place: string): string {
    const [, index, rest = ''] = /^value\[(\d+)\](.*)$/s.exec(place) ?? [];
    return `${this.#paths[this.#from + Number(index)] ?? 'captured'}${rest}`;
  }

  #encodeFrom(from: number, table: ValueTable): Uint8Array {
    this.#from = from;
    try {
      return encodeValue(from === 0 ? this.#objects : this.#objects.slice(from), table);
    } catch (error) {
      throw error instanceof ValueEncodingError ? this.#refusal(error) : error;
    }
  }

  #refusal(error: ValueEncodingError): SerializationError {
    return new SerializationError(this.pathOf(error.path), error.reason, error.hint, { cause: error });
  }
}
