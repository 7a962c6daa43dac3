import { encodeValue, ValueEncodingError, type ValueTable } from '@lithops/worker/values';
import { SerializationError } from '../serialization-error.ts';

/** Captured objects: encoded together, so that what they share stays shared. */
export class CapturedObjects {
  readonly #objects: unknown[] = [];
  readonly #paths: string[] = [];
  #encoded: Uint8Array = new Uint8Array(0);

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
    for (let count = -1; count !== this.#objects.length; ) {
      count = this.#objects.length;
      try {
        this.#encoded = encodeValue(this.#objects, table);
      } catch (error) {
        throw error instanceof ValueEncodingError ? this.#refusal(error) : error;
      }
    }
  }

  /** How something is reached that `encode` found at that place of all the objects. */
  pathOf(place: string): string {
    const [, index, rest = ''] = /^value\[(\d+)\](.*)$/s.exec(place) ?? [];
    return `${this.#paths[Number(index)] ?? 'captured'}${rest}`;
  }

  #refusal(error: ValueEncodingError): SerializationError {
    return new SerializationError(this.pathOf(error.path), error.reason, error.hint, { cause: error });
  }
}
