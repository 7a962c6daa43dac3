import { builtinForm, type FormParts } from './builtin-form.ts';
import { isOpenClass } from './platform-class.ts';
import {
  ACCESSOR,
  CONFIGURABLE,
  ENUMERABLE,
  type Integrity,
  type Property,
  type RichNode,
  type RichValue,
  type Slot,
  WRITABLE,
} from './rich-form.ts';
import { sharedNameOf } from './shared-class.ts';
import { unshippable } from './unshippable.ts';
import { ValueEncodingError } from './value-errors.ts';
import type { ValueTable } from './value-table.ts';

/**
 * `strict`: what cannot travel is refused. `lenient`, for thrown values: it is left out and noted, and an instance of an
 * unknown class becomes one of the nearest known.
 */
export type EncodingPolicy = 'strict' | 'lenient';

/** @throws ValueEncodingError, unless the policy is lenient. */
export function encodeRich(
  value: unknown,
  table: ValueTable,
  policy: EncodingPolicy,
): RichValue & { readonly dropped: readonly string[] } {
  return new RichEncoder(table, policy).encode(value);
}

interface Pending {
  readonly object: object;
  readonly id: number;
}

class RichEncoder {
  readonly #table: ValueTable;
  readonly #policy: EncodingPolicy;
  readonly #ids = new Map<object, number>();
  readonly #nodes: RichNode[] = [];
  readonly #pending: Pending[] = [];
  /** Where each node was found first: its parent's number and the step from it. */
  readonly #origins: (readonly [parent: number, step: string])[] = [];
  readonly #dropped: string[] = [];
  #current = -1;
  #holder: object | undefined;
  /** From the current node to what the table is asked for. */
  #step = '';
  readonly #here = (): string => this.#pathTo(this.#step);
  readonly #parts: FormParts = {
    slot: (value, step) => this.#slot(value, step),
    refuse: (reason, hint) => this.#refuse('', reason, hint),
  };

  constructor(table: ValueTable, policy: EncodingPolicy) {
    this.#table = table;
    this.#policy = policy;
  }

  encode(value: unknown): RichValue & { readonly dropped: readonly string[] } {
    const root = this.#slot(value, 'value');
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      this.#current = next.id;
      this.#holder = next.object;
      this.#nodes[next.id] = this.#node(next.object);
    }
    return { root, nodes: this.#nodes, dropped: this.#dropped };
  }

  #slot(value: unknown, step: string): Slot {
    switch (typeof value) {
      case 'object':
        return value === null ? null : [this.#reference(value, step)];
      case 'function':
        return [this.#function(value, step)];
      case 'symbol':
        return this.#symbol(value, step);
      default:
        return value as Slot; // every primitive that is left
    }
  }

  #reference(object: object, step: string): number {
    const known = this.#ids.get(object);
    if (known !== undefined) return known;
    const index = this.#table.indexOf(object);
    const other = index < 0 ? this.#table.standIn?.(object) : undefined;
    if (other !== undefined) return this.#reference(other, step);
    const id = this.#allocate(object, step);
    if (index >= 0) this.#nodes[id] = { kind: 'table', data: index };
    else this.#pending.push({ object, id });
    return id;
  }

  #function(value: object, step: string): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    this.#step = step;
    const index = this.#table.indexOf(value, this.#holder, this.#here);
    if (index < 0)
      throw this.#refuse(
        step,
        'this function is not known to the other side',
        'return plain data, or a function or class that the shipped function refers to',
      );
    const id = this.#allocate(value, step);
    this.#nodes[id] = { kind: 'table', data: index };
    return id;
  }

  #allocate(object: object, step: string): number {
    const id = this.#nodes.length;
    this.#nodes.push({ kind: 'object' });
    this.#origins.push([this.#current, step]);
    this.#ids.set(object, id);
    return id;
  }

  #symbol(value: symbol, step: string): Slot {
    const key = Symbol.keyFor(value);
    if (key !== undefined) return ['for', key];
    const name = wellKnownSymbols.get(value);
    if (name !== undefined) return ['well-known', name];
    throw this.#refuse(step, `${String(value)} exists only in its process`, 'use Symbol.for(key)');
  }

  #node(object: object): RichNode {
    const reason = unshippable(object);
    if (reason !== undefined) throw this.#refuse('', reason.what, reason.hint);
    const { kind, prototype, data, covers } = builtinForm(object, this.#parts);
    return {
      kind,
      ...(data !== undefined && { data }),
      ...this.#identity(object, prototype),
      ...this.#properties(object, covers),
      ...integrityOf(object),
    };
  }

  /** The class, where the object is not simply of its kind. */
  #identity(object: object, own: object | undefined): Partial<RichNode> {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === own) return {};
    if (prototype === null) return { prototype: null };
    const found = this.#classOf(prototype as object); // a prototype is null or an object
    if (found === undefined) return {};
    if (found.shared !== undefined) return { shared: found.shared };
    if (found.index === undefined) return { prototype: this.#slot(prototype, '.[[Prototype]]') };
    const privates = this.#privatesOf(found.index, object);
    if (privates !== undefined && this.#policy === 'lenient') {
      // Only its own constructor could make them on the other side. What it is says more than nothing.
      const names = Object.keys(privates).join(', ');
      this.#dropped.push(
        this.#refuse('', `private fields cannot be set from outside: ${names}`, 'use public ones').message,
      );
      return { of: found.index };
    }
    return {
      of: found.index,
      ...(privates !== undefined && {
        privates: Object.entries(privates).map(([name, value]) => [name, this.#slot(value, `.${name}`)] as const),
      }),
    };
  }

  #privatesOf(index: number, object: object): Record<string, unknown> | undefined {
    try {
      return this.#table.instances?.read(index, object);
    } catch (error) {
      throw error instanceof ValueEncodingError ? this.#refuse('', error.reason, error.hint) : error;
    }
  }

  #classOf(prototype: object): { readonly index?: number; readonly shared?: string } | undefined {
    for (let candidate: object | null = prototype; candidate !== null; candidate = Object.getPrototypeOf(candidate)) {
      const own = Object.getOwnPropertyDescriptor(candidate, 'constructor')?.value;
      if (typeof own !== 'function' || own.prototype !== candidate) {
        if (candidate === prototype) return {};
        continue;
      }
      if (isOpenClass(own)) break;
      this.#step = '';
      const index = this.#table.indexOf(own, undefined, this.#here);
      if (index >= 0) return { index };
      const shared = sharedNameOf(own);
      if (shared !== undefined && candidate === prototype) return { shared };
      if (this.#policy === 'strict') {
        throw this.#refuse(
          '',
          `class ${own.name || '(anonymous)'} is not known to the other side`,
          'use the class in the shipped function, export it from its module, or pass plain data',
        );
      }
    }
    return undefined;
  }

  #properties(object: object, covered: (key: PropertyKey) => boolean = () => false): Partial<RichNode> {
    const properties: Property[] = [];
    for (const key of Reflect.ownKeys(object)) {
      if (covered(key)) continue;
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property === undefined) continue;
      const step =
        typeof key === 'symbol'
          ? `[${String(key)}]`
          : /^[\w$]+$/.test(key) && !/^\d/.test(key)
            ? `.${key}`
            : `[${JSON.stringify(key)}]`;
      try {
        properties.push(this.#property(key, property, step));
      } catch (error) {
        if (this.#policy === 'strict' || !(error instanceof ValueEncodingError)) throw error;
        this.#dropped.push(error.message);
      }
    }
    return properties.length > 0 ? { properties } : {};
  }

  #property(key: PropertyKey, property: PropertyDescriptor, step: string): Property {
    const name = typeof key === 'symbol' ? this.#symbol(key, step) : String(key);
    const attributes =
      (property.enumerable ? ENUMERABLE : 0) |
      (property.writable ? WRITABLE : 0) |
      (property.configurable ? CONFIGURABLE : 0);
    if ('value' in property) return [name, this.#checked(property.value, step), attributes];
    return [
      name,
      this.#slot(property.get, `${step} (getter)`),
      attributes | ACCESSOR,
      this.#slot(property.set, `${step} (setter)`),
    ];
  }

  /** In lenient mode an object that cannot travel must be known before it is referred to. */
  #checked(value: unknown, step: string): Slot {
    if (this.#policy === 'lenient' && typeof value === 'object' && value !== null) {
      const reason = unshippable(value);
      if (reason !== undefined) throw this.#refuse(step, reason.what, reason.hint);
    }
    return this.#slot(value, step);
  }

  #refuse(step: string, reason: string, hint: string): ValueEncodingError {
    return new ValueEncodingError(this.#pathTo(step), reason, hint);
  }

  #pathTo(step: string): string {
    let path = step;
    for (let id = this.#current; id >= 0; ) {
      const [parent, origin] = this.#origins[id] ?? [-1, ''];
      path = origin + path;
      id = parent;
    }
    return path === '' ? 'value' : path;
  }
}

const wellKnownSymbols = new Map<symbol, string>(
  Object.getOwnPropertyNames(Symbol).flatMap((name) => {
    const value: unknown = Symbol[name as keyof typeof Symbol];
    return typeof value === 'symbol' ? [[value, name] as const] : [];
  }),
);

function integrityOf(object: object): { readonly integrity?: Integrity } {
  if (Object.isExtensible(object)) return {};
  return { integrity: Object.isFrozen(object) ? 3 : Object.isSealed(object) ? 2 : 1 };
}
