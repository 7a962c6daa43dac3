/**
 * The rich encoding: a table of nodes, one an object, that refer to each other by number; so any sharing, cycle and depth
 * is kept. It is plain data, serialized as a whole.
 */
export interface RichValue {
  readonly root: Slot;
  readonly nodes: readonly RichNode[];
}

/** A primitive as it is; an object as `[number]`; a symbol as `[kind, key]`. */
export type Slot =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly [number]
  | readonly ['for' | 'well-known', string];

/** Own properties: key, value or accessors, attributes. */
export type Property =
  | readonly [key: Slot, value: Slot, attributes: number]
  | readonly [key: Slot, get: Slot, attributes: number, set: Slot];

export const ENUMERABLE = 1;
export const WRITABLE = 2;
export const CONFIGURABLE = 4;
export const ACCESSOR = 8;

/** Whether an object may still change: 0 yes, 1 no new properties, 2 sealed, 3 frozen. */
export type Integrity = 0 | 1 | 2 | 3;

export interface RichNode {
  readonly kind: NodeKind;
  /** What kind-specific data there is. */
  readonly data?: unknown;
  /** Number of the class in the table, where the prototype is not the kind's own. */
  readonly of?: number;
  /** Name of the class where both sides know it by one. */
  readonly shared?: string;
  /** The prototype where it is no class's: another node, or null. */
  readonly prototype?: Slot;
  readonly properties?: readonly Property[];
  readonly privates?: readonly (readonly [name: string, value: Slot])[];
  readonly integrity?: Integrity;
}

export type NodeKind =
  | 'object'
  | 'array'
  | 'arguments'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'error'
  | 'dom-exception'
  | 'boxed'
  | 'array-buffer'
  | 'view'
  | 'buffer'
  | 'url'
  | 'url-search-params'
  | 'table';

/** By name: those that this Node has. */
export const ERROR_CLASSES: Readonly<Record<string, new (...args: never[]) => Error>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  ...(typeof SuppressedError === 'function' && { SuppressedError }),
};

export const VIEW_CLASSES = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
} as const;
