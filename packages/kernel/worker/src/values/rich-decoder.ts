import * as types from 'node:util/types';
import { withoutClasses } from './foreign-instances.ts';
import {
  ACCESSOR,
  CONFIGURABLE,
  ENUMERABLE,
  ERROR_CLASSES,
  type Property,
  type RichNode,
  type RichValue,
  type Slot,
  VIEW_CLASSES,
  WRITABLE,
} from './rich-form.ts';
import { sharedPrototype } from './shared-class.ts';
import { ValueDecodingError } from './value-errors.ts';
import type { ValueTable } from './value-table.ts';

/** @throws ValueDecodingError when the nodes do not fit together, or a class of theirs cannot be made here. */
export function decodeRich(value: unknown, table: ValueTable): unknown {
  const rich = value as RichValue; // whatever else it is fails below, as malformed
  try {
    return new RichDecoder(table.foreign === undefined ? rich : withoutClasses(rich, table.foreign), table).decode();
  } catch (cause) {
    if (cause instanceof ValueDecodingError) throw cause;
    throw new ValueDecodingError('an encoded value is malformed', { cause });
  }
}

class RichDecoder {
  readonly #rich: RichValue;
  readonly #table: ValueTable;
  readonly #objects: object[];

  constructor(rich: RichValue, table: ValueTable) {
    if (!Array.isArray(rich.nodes)) throw new ValueDecodingError('an encoded value without nodes');
    this.#rich = rich;
    this.#table = table;
    this.#objects = new Array(rich.nodes.length);
  }

  decode(): unknown {
    const { nodes, root } = this.#rich;
    // Views come after the buffers that they look into; then every object exists and can be filled in any order.
    for (const [id, node] of nodes.entries()) if (node.kind !== 'view') this.#objects[id] = this.#create(node);
    for (const [id, node] of nodes.entries()) if (node.kind === 'view') this.#objects[id] = this.#createView(node);
    // What the table holds is this side's own, and stays as it is.
    const made = [...nodes.entries()].filter(([, node]) => node.kind !== 'table');
    for (const [id, node] of made) this.#fill(this.#object(id), node);
    for (const [id, node] of made) this.#close(this.#object(id), node);
    return this.#value(root);
  }

  #value(slot: Slot): unknown {
    if (!Array.isArray(slot)) return slot;
    const [first, key] = slot as readonly unknown[]; // a reference or a symbol
    if (typeof first === 'number') return this.#object(first);
    if (first === 'for' && typeof key === 'string') return Symbol.for(key);
    const known = typeof key === 'string' ? Reflect.get(Symbol, key) : undefined;
    if (first === 'well-known' && typeof known === 'symbol') return known;
    throw new ValueDecodingError('an encoded value refers to nothing');
  }

  #object(id: number): object {
    const object = this.#objects[id];
    if (object === undefined) throw new ValueDecodingError('an encoded value refers to nothing');
    return object;
  }

  #create(node: RichNode): object {
    const { kind, data } = node;
    const parts = (Array.isArray(data) ? data : []) as readonly unknown[] as readonly never[]; // of its kind; anything else fails as malformed
    switch (kind) {
      case 'table':
        return this.#entry(data);
      case 'object':
        return this.#createInstance(node);
      case 'array':
        return this.#construct(node, Array, []);
      case 'arguments':
        return createArguments(new Array(parts.length));
      case 'map':
        return this.#construct(node, Map, []);
      case 'set':
        return this.#construct(node, Set, []);
      case 'date':
        return this.#construct(node, Date, [data]);
      case 'regexp': {
        const regexp = this.#construct(node, RegExp, [parts[0], parts[1]]);
        return Object.assign(regexp, { lastIndex: parts[2] });
      }
      case 'error':
        return this.#createError(node, String(parts[0]));
      case 'dom-exception':
        return new DOMException(parts[0], parts[1]);
      case 'boxed':
        return Object(this.#value(data as Slot)); // a primitive
      case 'array-buffer':
        return createBuffer(data as readonly [Uint8Array, number | undefined]); // as above
      case 'buffer':
        return Buffer.from(data as Uint8Array); // copied: the received bytes are the message's
      case 'url':
        return new URL(String(data));
      case 'url-search-params':
        return new URLSearchParams(String(data));
      default:
        throw new ValueDecodingError(`an encoded value of unknown kind ${String(kind)}`);
    }
  }

  #createInstance(node: RichNode): object {
    if (node.of === undefined)
      return node.shared === undefined ? {} : Object.create(sharedPrototype(String(node.shared)));
    return this.#withPrivates(node, node.of, []) ?? Object.create(this.#prototypeOf(node.of));
  }

  /** An instance whose private fields are set when all objects are there; undefined when it has none. */
  #withPrivates({ privates }: RichNode, of: number, args: readonly unknown[]): object | undefined {
    if (privates === undefined) return undefined;
    const made = this.#table.instances?.create(of, args);
    if (made !== undefined) return made;
    throw new ValueDecodingError(
      `an instance of class ${this.#className(of)} has private fields, which only its own constructor can make on this side; return plain data, or fields that are not private`,
    );
  }

  #createError(node: RichNode, name: string): object {
    const base = (Object.hasOwn(ERROR_CLASSES, name) ? ERROR_CLASSES[name] : undefined) ?? Error;
    const error = base === AggregateError ? this.#construct(node, base, [[]]) : this.#construct(node, base, []);
    for (const key of Reflect.ownKeys(error)) if (key !== 'stack') Reflect.deleteProperty(error, key);
    return error;
  }

  #createView(node: RichNode): object {
    const [name, buffer, offset, length] = node.data as readonly [string, Slot, number, number | undefined]; // fails below otherwise
    if (!Object.hasOwn(VIEW_CLASSES, name)) throw new ValueDecodingError(`an encoded view of unknown kind ${name}`);
    const bytes = this.#value(buffer);
    // A view's constructor asks anything but a buffer for its elements, and would run what gives them.
    if (
      !types.isAnyArrayBuffer(bytes) ||
      !Number.isInteger(offset) ||
      !(length === undefined || Number.isInteger(length))
    )
      throw new ValueDecodingError(`an encoded ${name} does not look into a buffer`);
    return this.#construct(node, VIEW_CLASSES[name as keyof typeof VIEW_CLASSES], [bytes, offset, length]);
  }

  /** Runs a built-in constructor for the class's prototype; the class's own constructor does not run. */
  #construct(node: RichNode, builtin: new (...args: never[]) => object, args: readonly unknown[]): object {
    const withPrivates = node.of === undefined ? undefined : this.#withPrivates(node, node.of, args);
    if (withPrivates !== undefined) return withPrivates;
    const target = node.of === undefined ? builtin : this.#entry(node.of);
    return Reflect.construct(builtin, args, target as new () => object); // a class of the table, or it fails as malformed
  }

  #entry(index: unknown): object {
    const entry = typeof index === 'number' ? this.#table.entries[index] : undefined;
    if (entry === undefined)
      throw new ValueDecodingError('an encoded value refers to a function or class that this side does not have');
    return entry;
  }

  #prototypeOf(index: number): object {
    const prototype: unknown = Reflect.get(this.#entry(index), 'prototype');
    if (typeof prototype !== 'object' || prototype === null)
      throw new ValueDecodingError('an encoded value is an instance of what is no class');
    return prototype;
  }

  #className(index: number): string {
    return String(Reflect.get(this.#entry(index), 'name'));
  }

  #fill(object: object, node: RichNode): void {
    switch (node.kind) {
      case 'array': {
        const [elements, holes] = node.data as readonly [readonly Slot[], readonly number[]]; // fails otherwise
        const array = object as unknown[]; // made as one
        for (const [i, element] of elements.entries()) array[i] = this.#value(element);
        for (const hole of holes) delete array[hole];
        break;
      }
      case 'arguments': {
        const elements = (node.data as readonly Slot[]).map((element) => this.#value(element)); // fails otherwise
        Object.assign(object, elements);
        break;
      }
      case 'map':
        for (const [key, value] of node.data as readonly (readonly [Slot, Slot])[])
          Map.prototype.set.call(object, this.#value(key), this.#value(value));
        break;
      case 'set':
        for (const value of node.data as readonly Slot[]) Set.prototype.add.call(object, this.#value(value));
        break;
      case 'error':
      case 'dom-exception': {
        const stack = (node.data as readonly unknown[]).at(-1);
        Object.defineProperty(object, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
        break;
      }
      default:
        break;
    }
    if (node.privates !== undefined && node.of !== undefined) {
      const privates = Object.fromEntries(node.privates.map(([name, slot]) => [name, this.#value(slot)]));
      this.#table.instances?.write(node.of, object, privates);
    }
    // Not all that is built in can be made for a class of its own.
    if (node.of !== undefined && Object.getPrototypeOf(object) !== this.#prototypeOf(node.of))
      Object.setPrototypeOf(object, this.#prototypeOf(node.of));
    if (node.prototype !== undefined) Object.setPrototypeOf(object, this.#value(node.prototype) as object | null); // or it throws
    for (const property of node.properties ?? []) this.#define(object, property);
  }

  #define(object: object, property: Property): void {
    const [key, value, attributes, setter] = property;
    const shared = { enumerable: (attributes & ENUMERABLE) !== 0, configurable: (attributes & CONFIGURABLE) !== 0 };
    const name = this.#value(key);
    // An object as a key would be asked for its text, and so run a function of this side's.
    if (typeof name !== 'string' && typeof name !== 'symbol')
      throw new ValueDecodingError('an encoded property has no name');
    if ((attributes & ACCESSOR) === 0) {
      Object.defineProperty(object, name, {
        ...shared,
        value: this.#value(value),
        writable: (attributes & WRITABLE) !== 0,
      });
      return;
    }
    const get = this.#value(value) as (() => unknown) | undefined; // a table's function
    const set = this.#value(setter) as ((value: unknown) => void) | undefined; // likewise
    Object.defineProperty(object, name, { ...shared, ...(get && { get }), ...(set && { set }) });
  }

  #close(object: object, node: RichNode): void {
    if (node.integrity === 1) Object.preventExtensions(object);
    if (node.integrity === 2) Object.seal(object);
    if (node.integrity === 3) Object.freeze(object);
  }
}

function createArguments(values: readonly unknown[]): object {
  return (
    function () {
      // biome-ignore lint/complexity/noArguments: the very object that is to be made
      return arguments;
    } as (...args: unknown[]) => object
  )(...values);
}

function createBuffer([bytes, maxByteLength]: readonly [Uint8Array, number | undefined]): ArrayBuffer {
  const buffer =
    maxByteLength === undefined
      ? new ArrayBuffer(bytes.byteLength)
      : new ArrayBuffer(bytes.byteLength, { maxByteLength });
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
