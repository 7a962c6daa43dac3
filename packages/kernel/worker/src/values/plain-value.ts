import * as types from 'node:util/types';
import { VIEW_CLASSES } from './rich-form.ts';

/**
 * Whether the structured clone of `node:v8` gives this very value back: only plain objects and arrays, dates, maps, sets
 * and bytes, without accessors, symbols, frozen parts or bytes shared between two views.
 */
export function isPlainValue(value: object): boolean {
  return new Scan().plain(value);
}

class Scan {
  #seen: Set<object> | undefined;
  #buffers: Set<ArrayBufferLike> | undefined;
  #depth = 0;

  plain(value: object): boolean {
    // Deeper values are left to the rich encoder, which does not recurse.
    if (this.#depth > 200) return false;
    this.#depth++;
    const plain = this.#isPlain(value);
    this.#depth--;
    return plain;
  }

  #isPlain(value: object): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#plainObject(value);
    if (prototype === Array.prototype) return this.#plainArray(value as unknown[]); // only arrays are known to have it, checked there
    if (ArrayBuffer.isView(value)) return this.#plainView(value, prototype);
    if (hasOwnKeys(value)) return false;
    switch (prototype) {
      case Date.prototype:
        return types.isDate(value);
      case Map.prototype:
        return types.isMap(value) && this.#plainEntries(value);
      case Set.prototype:
        return types.isSet(value) && this.#plainEntries(value);
      case ArrayBuffer.prototype:
        return types.isArrayBuffer(value) && !value.resizable && this.#ownsBuffer(value);
      default:
        return false;
    }
  }

  #plainObject(value: object): boolean {
    // Arguments objects, errors with a changed prototype and the like look plain but are not.
    if (
      types.isProxy(value) ||
      types.isArgumentsObject(value) ||
      types.isNativeError(value) ||
      types.isBoxedPrimitive(value)
    )
      return false;
    if (!Object.isExtensible(value)) return false;
    const keys = Reflect.ownKeys(value);
    for (const key of keys) {
      if (typeof key === 'symbol' || key === '__proto__') return false;
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (
        property === undefined ||
        !('value' in property) ||
        !property.enumerable ||
        !property.writable ||
        !property.configurable
      )
        return false;
      if (!this.#plainElement(property.value)) return false;
    }
    return true;
  }

  #plainArray(value: unknown[]): boolean {
    if (!Array.isArray(value) || types.isProxy(value) || !Object.isExtensible(value)) return false;
    if (Object.getOwnPropertySymbols(value).length > 0) return false;
    for (let i = 0; i < value.length; i++) {
      const element = value[i];
      // A hole, or an accessor: rare enough to be looked at one by one.
      if (element === undefined && !Object.hasOwn(value, i)) return false;
      if (!this.#plainElement(element)) return false;
    }
    return !hasMoreKeysThan(value, value.length);
  }

  #plainElement(value: unknown): boolean {
    switch (typeof value) {
      case 'object':
        return value === null || this.#once(value) || this.plain(value);
      case 'function':
      case 'symbol':
        return false;
      default:
        return true;
    }
  }

  #plainEntries(value: Map<unknown, unknown> | Set<unknown>): boolean {
    for (const entry of value as Iterable<unknown>) {
      if (
        types.isMap(value)
          ? !(entry as unknown[]).every((part) => this.#plainElement(part))
          : !this.#plainElement(entry)
      )
        return false;
    }
    return true;
  }

  #plainView(value: ArrayBufferView, prototype: unknown): boolean {
    if (prototype === Buffer.prototype) return !(types.isArrayBuffer(value.buffer) && value.buffer.detached);
    const known = KNOWN_VIEWS.has(prototype);
    return known && types.isArrayBuffer(value.buffer) && !value.buffer.resizable && this.#ownsBuffer(value.buffer);
  }

  #ownsBuffer(buffer: ArrayBufferLike): boolean {
    this.#buffers ??= new Set();
    if (this.#buffers.has(buffer) || (types.isArrayBuffer(buffer) && buffer.detached)) return false;
    this.#buffers.add(buffer);
    return true;
  }

  #once(value: object): boolean {
    this.#seen ??= new Set();
    if (this.#seen.has(value)) return true;
    this.#seen.add(value);
    return false;
  }
}

const KNOWN_VIEWS = new Set<unknown>(Object.values(VIEW_CLASSES).map((view) => view.prototype));

function hasOwnKeys(value: object): boolean {
  return !Object.isExtensible(value) || Reflect.ownKeys(value).length > 0;
}

/** Whether an array has keys besides its elements. Enumerates none but the first such key, for arrays may be long. */
function hasMoreKeysThan(value: unknown[], length: number): boolean {
  if (length < 64) return Reflect.ownKeys(value).length > length + 1;
  let seen = 0;
  for (const _ in value) if (++seen > length) return true;
  return false;
}
