import * as types from 'node:util/types';
import { Serializer } from 'node:v8';
import { ERROR_CLASSES, type NodeKind, type Slot, VIEW_CLASSES } from './rich-form.ts';

/** What an object is inside, whatever its class. */
export interface BuiltinForm {
  readonly kind: NodeKind;
  /** The prototype that objects of this kind have by themselves. */
  readonly prototype: object | undefined;
  readonly data?: unknown;
  /** Keys that need no property, for the data has them. */
  readonly covers?: (key: PropertyKey) => boolean;
}

/** What a form asks of the encoder. */
export interface FormParts {
  /** The encoded form of a part; `step` leads there from the object. */
  slot(value: unknown, step: string): Slot;
  refuse(reason: string, hint: string): Error;
}

export function builtinForm(object: object, parts: FormParts): BuiltinForm {
  if (Array.isArray(object)) return arrayForm(object, parts);
  if (types.isArgumentsObject(object)) return argumentsForm(object, parts);
  if (types.isMap(object)) return mapForm(object, parts);
  if (types.isSet(object)) {
    const values = Array.from(Set.prototype.values.call(object), (value, i) => parts.slot(value, `.values()[${i}]`));
    return { kind: 'set', prototype: Set.prototype, data: values };
  }
  if (types.isDate(object))
    return { kind: 'date', prototype: Date.prototype, data: Date.prototype.getTime.call(object) };
  if (types.isRegExp(object)) {
    const data = [object.source, object.flags, object.lastIndex];
    return { kind: 'regexp', prototype: RegExp.prototype, data, covers: (key) => key === 'lastIndex' };
  }
  if (object instanceof DOMException) {
    const data = [object.message, object.name, object.stack];
    return { kind: 'dom-exception', prototype: DOMException.prototype, data, covers: isStack };
  }
  if (types.isNativeError(object)) return errorForm(object);
  if (types.isBoxedPrimitive(object)) {
    return {
      kind: 'boxed',
      prototype: Object.getPrototypeOf(Object(object.valueOf())),
      data: parts.slot(object.valueOf(), ''),
      covers: (key) => types.isStringObject(object) && (key === 'length' || isIndex(key, object.length)),
    };
  }
  if (types.isArrayBuffer(object)) {
    const data = [new Uint8Array(object.slice(0)), object.resizable ? object.maxByteLength : undefined];
    return { kind: 'array-buffer', prototype: ArrayBuffer.prototype, data };
  }
  if (ArrayBuffer.isView(object)) return viewForm(object, parts);
  if (object instanceof URL) return { kind: 'url', prototype: URL.prototype, data: object.href, covers: isSymbol };
  if (object instanceof URLSearchParams)
    return {
      kind: 'url-search-params',
      prototype: URLSearchParams.prototype,
      data: object.toString(),
      covers: isSymbol,
    };
  return { kind: 'object', prototype: Object.prototype };
}

/** Arrays of so many places may be no more than a few elements far apart. */
const LONG = 2 ** 20;

function arrayForm(array: readonly unknown[], { slot }: FormParts): BuiltinForm {
  // Then its elements, and its length, are properties like others.
  if (array.length > LONG && Reflect.ownKeys(array).length < array.length / 2)
    return { kind: 'array', prototype: Array.prototype, data: [[], []] };
  const elements = Array.from(array, (element, i) =>
    isDefaultProperty(array, i) ? slot(element, `[${i}]`) : undefined,
  );
  const holes = Array.from(array.keys()).filter((i) => !isDefaultProperty(array, i));
  return {
    kind: 'array',
    prototype: Array.prototype,
    data: [elements, holes],
    covers: (key) => key === 'length' || (isIndex(key, array.length) && isDefaultProperty(array, key)),
  };
}

/** As strict code has it. What it was called with has no place in it: `callee` is the function of another process. */
function argumentsForm(list: object, { slot }: FormParts): BuiltinForm {
  const elements = Array.from(list as ArrayLike<unknown>, (element, i) => slot(element, `[${i}]`));
  const own = ['length', 'callee', Symbol.iterator];
  return {
    kind: 'arguments',
    prototype: Object.prototype,
    data: elements,
    covers: (key) => own.includes(key as string) || isIndex(key, elements.length),
  };
}

function mapForm(map: ReadonlyMap<unknown, unknown>, { slot }: FormParts): BuiltinForm {
  let i = 0;
  const entries = Array.from(Map.prototype.entries.call(map), ([key, value]) => {
    const step = typeof key === 'string' ? `.get(${JSON.stringify(key)})` : `.get(key ${i})`;
    return [slot(key, `.keys()[${i++}]`), slot(value, step)];
  });
  return { kind: 'map', prototype: Map.prototype, data: entries };
}

function errorForm(error: Error): BuiltinForm {
  const found = Object.entries(ERROR_CLASSES).find(([name, owner]) => name !== 'Error' && error instanceof owner);
  const [name, { prototype }] = found ?? ['Error', Error];
  const stack: unknown = error.stack;
  return {
    kind: 'error',
    prototype,
    data: [name, typeof stack === 'string' ? stack : undefined],
    covers: isStack,
  };
}

function viewForm(view: ArrayBufferView, { slot, refuse }: FormParts): BuiltinForm {
  const covers = (key: PropertyKey) => typeof key === 'string' && /^\d+$/.test(key);
  if (Buffer.isBuffer(view)) return { kind: 'buffer', prototype: Buffer.prototype, data: new Uint8Array(view), covers };
  const name = types.isDataView(view)
    ? 'DataView'
    : Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get?.call(view);
  if (typeof name !== 'string' || !(name in VIEW_CLASSES)) {
    throw refuse(
      `${String(name)} is not supported by every Node this may travel to`,
      'copy it into another typed array',
    );
  }
  const length = tracksLength(view) ? undefined : 'length' in view ? view.length : view.byteLength;
  const data = [name, slot(view.buffer, '.buffer'), view.byteOffset, length];
  return { kind: 'view', prototype: VIEW_CLASSES[name as keyof typeof VIEW_CLASSES].prototype, data, covers };
}

/** Whether a view grows with its buffer. Only V8's own format tells: the last that it says of a view are flags, the first of them this. */
function tracksLength(view: ArrayBufferView): boolean {
  if (!types.isArrayBuffer(view.buffer) || !view.buffer.resizable) return false;
  const serializer = new Serializer();
  serializer.writeValue(view);
  return ((serializer.releaseBuffer().at(-1) ?? 0) & 1) === 1;
}

function isStack(key: PropertyKey): boolean {
  return key === 'stack';
}

function isSymbol(key: PropertyKey): boolean {
  return typeof key === 'symbol';
}

function isIndex(key: PropertyKey, length: number): boolean {
  return typeof key === 'string' && /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < length;
}

function isDefaultProperty(object: object, key: PropertyKey): boolean {
  const property = Object.getOwnPropertyDescriptor(object, key);
  return (
    property !== undefined &&
    'value' in property &&
    property.enumerable === true &&
    property.writable === true &&
    property.configurable === true
  );
}
