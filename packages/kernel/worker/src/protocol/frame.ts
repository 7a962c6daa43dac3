import { deserialize, serialize } from 'node:v8';
import { ProtocolError } from './protocol-error.ts';

/**
 * One message on a duplex stream to a worker.
 *
 *     u32 length of what follows | u8 mark | u8 type | u32 channel | u32 length of meta | meta | payload | u32 seal
 *
 * The seal repeats the length: a frame that lost bytes, and was filled up with those of the next, ends elsewhere. Meta is JSON, or behind a first byte of 0xff the structured clone of `node:v8`: the one is faster for little, the other for long lists.
 * All integers little endian. A channel is one invocation on this connection; 0 is the connection itself.
 */
export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly meta: unknown;
  /** The rest of the frame; a view that owns its bytes. */
  readonly payload: Uint8Array;
}

/** Bytes before meta, the length word included. */
export const FRAME_HEADER_BYTES = 14;

/** Tells a frame from text of another program before its length is believed. */
const MARK = 0xf7;

/** Bytes behind the payload. */
const SEAL_BYTES = 4;
/** Mixed into the repeated length, so that zeros and small numbers in a payload are no seals. */
const SEAL = 0x9e37_79b9;

/** The length of a frame without meta and payload. */
const LEAST_LENGTH = FRAME_HEADER_BYTES - 4 + SEAL_BYTES;

/** Largest frame that is accepted or sent, in bytes. */
export const MAX_FRAME_BYTES = 0x7fff_ffff;

/** First byte of what `node:v8` serializes. */
const STRUCTURED_CLONE = 0xff;
const LONG_LIST = 16;

const EMPTY = new Uint8Array(0);

/** A payload of at most this many bytes is written together with its head: copying it costs less than a second piece. */
const SMALL_PAYLOAD_BYTES = 16 * 1024;

/** The bytes of a frame, in pieces to be written in this order; large payload pieces are not copied. */
export function encodeFrame(
  type: number,
  channel: number,
  meta: unknown,
  payload: readonly Uint8Array[] = [],
): Uint8Array[] {
  const encoded = isLong(meta) ? serialize(meta) : JSON.stringify(meta);
  const metaLength = Buffer.byteLength(encoded);
  let length = FRAME_HEADER_BYTES - 4 + metaLength + SEAL_BYTES;
  for (const piece of payload) length += piece.byteLength;
  if (length > MAX_FRAME_BYTES) {
    throw new ProtocolError(`a frame of ${length} bytes is over the limit of ${MAX_FRAME_BYTES}`);
  }
  const headBytes = FRAME_HEADER_BYTES + metaLength;
  const small = length + 4 - headBytes <= SMALL_PAYLOAD_BYTES;
  const head = Buffer.allocUnsafe(small ? length + 4 : headBytes);
  head.writeUInt32LE(length, 0);
  head[4] = MARK;
  head[5] = type;
  head.writeUInt32LE(channel, 6);
  head.writeUInt32LE(metaLength, 10);
  if (typeof encoded === 'string') head.write(encoded, FRAME_HEADER_BYTES);
  else encoded.copy(head, FRAME_HEADER_BYTES);
  if (!small) {
    const seal = Buffer.allocUnsafe(SEAL_BYTES);
    seal.writeUInt32LE(sealOf(length), 0);
    return [head, ...payload, seal];
  }
  let offset = headBytes;
  for (const piece of payload) {
    head.set(piece, offset);
    offset += piece.byteLength;
  }
  head.writeUInt32LE(sealOf(length), offset);
  return [head];
}

function sealOf(length: number): number {
  return (length ^ SEAL) >>> 0;
}

/** Cuts a byte stream into frames, whatever the borders of its chunks. Refuses malformed ones with a {@link ProtocolError}. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #maxFrameBytes: number;
  /** Bytes of frames not complete yet, when they are fewer than a header or arrive in small pieces. */
  #rest: Uint8Array = EMPTY;
  /** A frame that spans chunks is gathered here, so that each of its bytes is copied once. */
  #gathered: Uint8Array | undefined;
  #filled = 0;

  constructor(onFrame: (frame: Frame) => void, maxFrameBytes: number = MAX_FRAME_BYTES) {
    this.#onFrame = onFrame;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether the stream is between two frames: it may end here without losing anything. */
  get atBoundary(): boolean {
    return this.#rest.length === 0 && this.#gathered === undefined;
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#gathered !== undefined) {
      bytes = this.#fill(this.#gathered, bytes);
      if (this.#gathered !== undefined) return;
    } else if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, bytes]);
      this.#rest = EMPTY;
    }
    this.#cut(bytes);
  }

  #fill(gathered: Uint8Array, bytes: Uint8Array): Uint8Array {
    const wanted = gathered.length - this.#filled;
    gathered.set(bytes.length > wanted ? bytes.subarray(0, wanted) : bytes, this.#filled);
    if (bytes.length < wanted) {
      this.#filled += bytes.length;
      return EMPTY;
    }
    this.#gathered = undefined;
    this.#filled = 0;
    this.#onFrame(decodeBody(gathered));
    return bytes.subarray(wanted);
  }

  #cut(bytes: Uint8Array): void {
    let offset = 0;
    while (bytes.length - offset > 4) {
      const length = readUint32(bytes, offset);
      if (bytes[offset + 4] !== MARK || length < LEAST_LENGTH || length > this.#maxFrameBytes) throw foreignBytes();
      const end = offset + 4 + length;
      if (end > bytes.length) {
        this.#gathered = new Uint8Array(length);
        this.#gathered.set(bytes.subarray(offset + 4));
        this.#filled = bytes.length - offset - 4;
        return;
      }
      this.#onFrame(decodeBody(bytes.subarray(offset + 4, end)));
      offset = end;
    }
    this.#rest = offset === bytes.length ? EMPTY : bytes.slice(offset);
  }
}

function decodeBody(body: Uint8Array): Frame {
  const end = body.length - SEAL_BYTES;
  if (readUint32(body, end) !== sealOf(body.length)) throw foreignBytes();
  const metaLength = readUint32(body, 6);
  const metaEnd = 10 + metaLength;
  if (metaEnd > end) throw new ProtocolError(`a frame's meta of ${metaLength} bytes does not fit in it`);
  let meta: unknown;
  try {
    meta = decodeMeta(body, 10, metaEnd);
  } catch (cause) {
    throw new ProtocolError("a frame's meta cannot be read", { cause });
  }
  return { type: body[1] ?? 0, channel: readUint32(body, 2), meta, payload: body.subarray(metaEnd, end) };
}

function foreignBytes(): ProtocolError {
  return new ProtocolError('this is no frame: something else writes to the stream, or bytes were lost');
}

function decodeMeta(body: Uint8Array, start: number, end: number): unknown {
  if (body[start] === STRUCTURED_CLONE) return deserialize(body.subarray(start, end));
  // As it mostly comes from a socket it is a Buffer, whose text needs no further object.
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return JSON.parse(bytes.toString('utf8', start, end));
}

/** Whether meta speaks of many calls. */
function isLong(meta: unknown): boolean {
  return (
    typeof meta === 'object' &&
    meta !== null &&
    'calls' in meta &&
    Array.isArray(meta.calls) &&
    meta.calls.length > LONG_LIST
  );
}

/** Of bytes that may be too few: those missing are 0. */
function readUint32(bytes: Uint8Array, offset: number): number {
  const low = (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);
  return (low | ((bytes[offset + 2] ?? 0) << 16) | ((bytes[offset + 3] ?? 0) << 24)) >>> 0;
}
