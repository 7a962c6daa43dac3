import { DefaultDeserializer, DefaultSerializer, deserialize } from 'node:v8';
import { isPlainValue } from './plain-value.ts';
import { FORM } from './raw-form.ts';
import { decodeRich } from './rich-decoder.ts';
import { encodeRich } from './rich-encoder.ts';
import { ValueDecodingError } from './value-errors.ts';
import { emptyTable, type ValueTable } from './value-table.ts';

/** Bytes of this many and more are not copied when they are encoded; nor, of a Buffer, when they are decoded. */
const SHARE_BYTES = 256 * 1024;

/**
 * The bytes of a value: exact, or refused.
 * @throws ValueEncodingError naming what cannot travel and where it is.
 */
export function encodeValue(value: unknown, table: ValueTable = emptyTable): Uint8Array {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
    return serialized(FORM.plain, value);
  if (value === null) return serialized(FORM.plain, value);
  if (typeof value === 'object') {
    const raw = value instanceof Uint8Array ? rawForm(value) : undefined;
    if (raw !== undefined) return withForm(raw, value as Uint8Array); // just checked
    if (isPlainValue(value)) return serialized(FORM.plain, value);
  }
  return serialized(FORM.rich, encodeRich(value, table, 'strict'));
}

/** The same in pieces, of which bytes of a value that is nothing else are not copied. */
export function encodePieces(value: unknown, table: ValueTable): Uint8Array[] {
  if (value instanceof Uint8Array && value.byteLength >= SHARE_BYTES) {
    const form = rawForm(value);
    if (form !== undefined) return [Uint8Array.of(form), value];
  }
  return [encodeValue(value, table)];
}

/** Bytes that travel as they are. */
function rawForm(value: Uint8Array): number | undefined {
  const { buffer } = value;
  if (buffer instanceof SharedArrayBuffer || buffer.resizable || buffer.detached || !Object.isExtensible(value))
    return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Buffer.prototype ? FORM.buffer : prototype === Uint8Array.prototype ? FORM.bytes : undefined;
}

/**
 * The value of bytes by {@link encodeValue}. Runs none of the user's code. A large Buffer may share memory with what was given.
 * @throws ValueDecodingError when the bytes are malformed, or hold what this end cannot make.
 */
export function decodeValue(bytes: Uint8Array, table: ValueTable = emptyTable): unknown {
  const body = bytes.subarray(1);
  switch (bytes[0]) {
    case FORM.plain:
      return readSerialized(body, ownViews);
    case FORM.rich:
      return decodeRich(readSerialized(body), table);
    case FORM.bytes:
      return new Uint8Array(body); // a copy, whatever class `body` is of: the buffer of what was given holds more than these
    case FORM.buffer:
      return body.byteLength < SHARE_BYTES
        ? Buffer.from(body)
        : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    default:
      throw new ValueDecodingError(`these bytes are no encoded value (they begin with ${bytes[0]})`);
  }
}

/** Whether the bytes of a value of that form are what follows its form, as they are. */
export function isRawForm(form: number | undefined): boolean {
  return form === FORM.bytes || form === FORM.buffer;
}

/** The value of bytes that follow their form in a buffer of their own, which it takes. @throws ValueDecodingError */
export function decodeOwnBytes(form: number | undefined, { buffer, byteOffset, byteLength }: Uint8Array): unknown {
  switch (form) {
    case FORM.bytes:
      return new Uint8Array(buffer, byteOffset, byteLength);
    case FORM.buffer:
      return Buffer.from(buffer, byteOffset, byteLength);
    default:
      throw new ValueDecodingError(`bytes of their own are no value of form ${form}`);
  }
}

/** @throws ValueDecodingError */
export function readSerialized(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown = deserialize): unknown {
  try {
    return read(bytes);
  } catch (cause) {
    throw new ValueDecodingError('these bytes are no encoded value, or some of them were lost', { cause });
  }
}

function ownViews(bytes: Uint8Array): unknown {
  const deserializer = new OwningDeserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

/** What Node reads views with, which it calls by this name. */
const readView = Reflect.get(DefaultDeserializer.prototype, '_readHostObject') as (
  this: DefaultDeserializer,
) => ArrayBufferView;

/** Gives views buffers of their own. Node has them look into the message: who asked one for its buffer would get that. */
class OwningDeserializer extends DefaultDeserializer {
  _readHostObject(): ArrayBufferView {
    const view = readView.call(this);
    if (Buffer.isBuffer(view)) return Buffer.from(view);
    const { buffer, byteOffset, byteLength } = view;
    const Kind = view.constructor as new (bytes: ArrayBufferLike) => ArrayBufferView; // as Node has made it
    return new Kind(buffer.slice(byteOffset, byteOffset + byteLength));
  }
}

/** A value by structured clone behind its form byte, in one piece. */
export function serialized(form: number, value: unknown): Uint8Array {
  const serializer = new DefaultSerializer();
  serializer.writeRawBytes(Uint8Array.of(form));
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function withForm(form: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.byteLength + 1);
  bytes[0] = form;
  bytes.set(body, 1);
  return bytes;
}
