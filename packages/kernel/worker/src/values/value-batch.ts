import { serialize } from 'node:v8';
import { FORM } from './raw-form.ts';
import { decodeOwnBytes, decodeValue, encodePieces, readSerialized } from './value-codec.ts';
import { ValueDecodingError } from './value-errors.ts';
import { emptyTable, type ValueTable } from './value-table.ts';

/** Form byte and the length of the head. */
const HEAD_OFFSET = 5;
const SMALL_MESSAGE_BYTES = 1024;

/** Gathers values for one message. Primitives share an encoding; each object is encoded on its own, when it is added. */
export class ValueBatch {
  readonly #primitives: unknown[] = [];
  /** Positions of the objects, and the sizes of their encodings. */
  readonly #positions: number[] = [];
  readonly #sizes: number[] = [];
  readonly #encoded: Uint8Array[] = [];
  #bytes = 0;

  get length(): number {
    return this.#primitives.length;
  }

  /** About how large the message becomes. */
  get byteLength(): number {
    return this.#bytes;
  }

  /**
   * Objects are encoded now; only bytes of 256 KiB and more are not copied before the batch is finished.
   * @throws ValueEncodingError; the batch is then as it was.
   */
  add(value: unknown, table: ValueTable = emptyTable): void {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
      this.addPieces(encodePieces(value, table));
      return;
    }
    this.#primitives.push(value);
    this.#bytes += typeof value === 'string' ? value.length : 8;
  }

  /** Adds a value that `encodeValue` has encoded. */
  addEncoded(bytes: Uint8Array): void {
    this.#addPieces([bytes], bytes.byteLength);
  }

  /** Adds a value that `encodePieces` has encoded. */
  addPieces(pieces: readonly Uint8Array[]): void {
    this.#addPieces(pieces, sizeOf(pieces));
  }

  #addPieces(pieces: readonly Uint8Array[], size: number): void {
    this.#positions.push(this.#primitives.length);
    this.#primitives.push(undefined);
    this.#sizes.push(size);
    this.#encoded.push(...pieces);
    this.#bytes += size;
  }

  finish(): Uint8Array {
    let size = 0;
    for (const bytes of this.#sizes) size += bytes;
    const message = this.#head(size);
    let offset = message.byteLength - size;
    for (const bytes of this.#encoded) {
      message.set(bytes, offset);
      offset += bytes.byteLength;
    }
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }

  /** The same message in pieces; bytes that were not copied when they were added are not copied now. */
  finishPieces(): Uint8Array[] {
    return [this.#head(0), ...this.#encoded];
  }

  /** What comes before the objects, with room for so many bytes behind it. */
  #head(room: number): Buffer {
    const head = encodeHead([this.#primitives, this.#positions, this.#sizes]);
    const headLength = Buffer.byteLength(head);
    const size = HEAD_OFFSET + headLength + room;
    // Small ones share memory, as Node's own buffers do.
    const message = size <= SMALL_MESSAGE_BYTES ? Buffer.allocUnsafe(size) : Buffer.allocUnsafeSlow(size);
    message[0] = FORM.batch;
    message.writeUInt32LE(headLength, 1);
    if (typeof head === 'string') message.write(head, HEAD_OFFSET);
    else head.copy(message, HEAD_OFFSET);
    return message;
  }
}

type Head = readonly [primitives: readonly unknown[], positions: readonly number[], sizes: readonly number[]];

/** Up to this many values, JSON is written and read several times faster than a structured clone. */
const SHORT_BATCH = 16;
const JSON_HEAD = 0x5b; // '[', with which no structured clone begins
/** In JSON, where a primitive is never a list. */
const UNDEFINED_AS_JSON: readonly never[] = [];

/** JSON, where it is short and exact. */
function encodeHead(head: Head): string | Buffer {
  const [primitives, positions, sizes] = head;
  if (primitives.length > SHORT_BATCH || !primitives.every(isJsonExact)) return serialize(head);
  const plain = primitives.map((value) => (value === undefined ? UNDEFINED_AS_JSON : value));
  return JSON.stringify([plain, positions, sizes]);
}

/** @throws ValueDecodingError */
function decodeHead(bytes: Uint8Array): unknown {
  if (bytes[0] !== JSON_HEAD) return readSerialized(bytes);
  let head: unknown;
  try {
    head = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch (cause) {
    throw new ValueDecodingError('the head of a batch of values cannot be read', { cause });
  }
  if (!Array.isArray(head) || !Array.isArray(head[0])) return head;
  const primitives: unknown[] = head[0];
  for (let i = 0; i < primitives.length; i++) if (Array.isArray(primitives[i])) primitives[i] = undefined;
  return head;
}

/** Whether JSON gives back the very same primitive. */
function isJsonExact(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'string':
      return value.length <= 1024 && value.isWellFormed();
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return value === null;
  }
}

/** The bytes of a batch's last value, which arrived in a buffer of their own. */
interface OwnBody {
  readonly position: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A batch as it arrived; its objects are decoded when they are asked for, each time anew. */
export class EncodedValues {
  readonly #primitives: readonly unknown[];
  /** Of one whose bytes have a buffer of their own, its form alone. */
  #objects: Map<number, Uint8Array> | undefined;
  #body: OwnBody | undefined;
  #bodyTaken = false;
  /** Size of the batch. */
  readonly byteLength: number;

  /**
   * @param body what follows `bytes`, in a buffer of its own: all of the last value but its form. The first to ask gets that buffer.
   * @throws ValueDecodingError
   */
  constructor(bytes: Uint8Array, body?: Uint8Array<ArrayBuffer>) {
    if (bytes[0] !== FORM.batch || bytes.byteLength < HEAD_OFFSET)
      throw new ValueDecodingError('these bytes are no batch of values');
    const headLength = new DataView(bytes.buffer, bytes.byteOffset + 1, 4).getUint32(0, true);
    if (HEAD_OFFSET + headLength > bytes.byteLength) throw new ValueDecodingError('a batch of values was cut short');
    const head = decodeHead(bytes.subarray(HEAD_OFFSET, HEAD_OFFSET + headLength));
    if (!Array.isArray(head) || !head.every((part) => Array.isArray(part)))
      throw new ValueDecodingError('the head of a batch of values is malformed');
    const [primitives = [], positions = [], sizes = []] = head as unknown[][]; // just checked
    let offset = HEAD_OFFSET + headLength;
    const end = bytes.byteLength + (body?.byteLength ?? 0);
    this.byteLength = end;
    for (let i = 0; i < positions.length; i++) {
      const [position, size] = [positions[i], sizes[i]];
      if (typeof position !== 'number' || typeof size !== 'number' || size < 0 || !(position < primitives.length)) {
        throw new ValueDecodingError('the head of a batch of values is malformed');
      }
      if (offset + size > end) throw new ValueDecodingError('a batch of values was cut short');
      this.#objects ??= new Map();
      this.#objects.set(position, bytes.subarray(offset, offset + size));
      offset += size;
      if (body === undefined || i < positions.length - 1) continue;
      if (offset !== end || size !== body.byteLength + 1)
        throw new ValueDecodingError('the last of a batch of values is not what follows it');
      this.#body = { position, bytes: body };
    }
    this.#primitives = primitives;
  }

  get length(): number {
    return this.#primitives.length;
  }

  /** The bytes of one value, which mostly share memory with the batch; undefined for a primitive. */
  encoded(position: number): Uint8Array | undefined {
    const object = this.#objects?.get(position);
    return object !== undefined && this.#body?.position === position
      ? Buffer.concat([object, this.#body.bytes])
      : object;
  }

  /** Size of one value: of its bytes, or {@link primitiveBytes}. */
  byteLengthOf(position: number): number {
    const apart = this.#body?.position === position ? this.#body.bytes.byteLength : 0;
    const object = this.#objects?.get(position);
    return object === undefined ? primitiveBytes(this.#primitives[position]) : object.byteLength + apart;
  }

  /** The same for one that is asked for again: nobody sees what another has changed in it. @throws ValueDecodingError */
  getCopy(position: number, table: ValueTable = emptyTable): unknown {
    const object = this.#objects?.get(position);
    return object?.[0] === FORM.buffer ? decodeValue(new Uint8Array(object), table) : this.get(position, table);
  }

  /** @throws ValueDecodingError */
  get(position: number, table: ValueTable = emptyTable): unknown {
    const object = this.#objects?.get(position);
    if (object !== undefined && this.#body?.position === position) return this.#takeBody(object, this.#body.bytes);
    return object === undefined ? this.#primitives[position] : decodeValue(object, table);
  }

  /** Copied only for those who come later: to touch fresh memory takes longer than all else about a large value. */
  #takeBody(form: Uint8Array, bytes: Uint8Array<ArrayBuffer>): unknown {
    const own = this.#bodyTaken ? new Uint8Array(bytes) : bytes; // `slice` of a Buffer copies nothing
    this.#bodyTaken = true;
    return decodeOwnBytes(form[0], own);
  }
}

/** What a primitive counts as: a text's UTF-8, nothing for undefined, 8 for any other. */
export function primitiveBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value === undefined ? 0 : 8;
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (const piece of pieces) size += piece.byteLength;
  return size;
}

/** @throws ValueEncodingError */
export function encodeValues(values: readonly unknown[], table: ValueTable = emptyTable): Uint8Array {
  const batch = new ValueBatch();
  for (let i = 0; i < values.length; i++) batch.add(values[i], table);
  return batch.finish();
}

/** @throws ValueDecodingError */
export function decodeValues(bytes: Uint8Array, table: ValueTable = emptyTable): unknown[] {
  const values = new EncodedValues(bytes);
  return Array.from({ length: values.length }, (_, position) => values.get(position, table));
}
