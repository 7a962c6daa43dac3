import { FORM } from './raw-form.ts';
import { EncodedValues } from './value-batch.ts';
import { decodeValue } from './value-codec.ts';
import { ValueDecodingError } from './value-errors.ts';
import { emptyTable, type ValueTable } from './value-table.ts';

/** Where an encoded value is kept, when it does not travel itself. */
export interface StoredValue {
  readonly key: string;
  /** Of its first byte in the object; absent: it is the whole object. */
  readonly offset?: number;
  /** Its length. */
  readonly bytes: number;
}

/** Reads the encoded bytes of a stored value. */
export type FetchStored = (stored: StoredValue) => Promise<Uint8Array>;

/** Elements of a list that are fetched at once. */
const FETCHED_AT_ONCE = 8;

/** Stands for a stored value, wherever an encoded one is taken. */
export function encodeReference({ key, offset, bytes }: StoredValue): Uint8Array {
  const body = Buffer.from(JSON.stringify(offset === undefined ? { key, bytes } : { key, offset, bytes }));
  return withForm(FORM.reference, body);
}

/** A list whose elements were encoded one by one; `batch` is of them, by `ValueBatch`. Some may be references. */
export function encodeList(batch: Uint8Array): Uint8Array {
  return withForm(FORM.list, batch);
}

/** Whether bytes stand for a value that {@link fetchValue} must get, rather than `decodeValue`. */
export function mustBeFetched(encoded: Uint8Array): boolean {
  return encoded[0] === FORM.reference || encoded[0] === FORM.list;
}

/** Whether bytes mean the same wherever they are decoded: they refer to no table. False where that is not known. */
export function isSelfContained(encoded: Uint8Array): boolean {
  return encoded[0] === FORM.plain || encoded[0] === FORM.bytes || encoded[0] === FORM.buffer;
}

/** The value of bytes that may be a reference, or a list with some in it. @throws ValueDecodingError; what `fetch` throws. */
export async function fetchValue(
  encoded: Uint8Array,
  fetch: FetchStored,
  table: ValueTable = emptyTable,
): Promise<unknown> {
  switch (encoded[0]) {
    case FORM.reference:
      return fetchValue(await fetch(decodeReference(encoded)), fetch, table);
    case FORM.list:
      return fetchList(new EncodedValues(encoded.subarray(1)), fetch, table);
    default:
      return decodeValue(encoded, table);
  }
}

async function fetchList(values: EncodedValues, fetch: FetchStored, table: ValueTable): Promise<unknown[]> {
  const list = new Array<unknown>(values.length);
  let next = 0;
  const work = async () => {
    while (next < values.length) {
      const position = next++;
      const encoded = values.encoded(position);
      list[position] = encoded === undefined ? values.get(position) : await fetchValue(encoded, fetch, table);
    }
  };
  await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, work));
  return list;
}

function decodeReference(encoded: Uint8Array): StoredValue {
  let reference: unknown;
  try {
    reference = JSON.parse(Buffer.from(encoded.buffer, encoded.byteOffset + 1, encoded.byteLength - 1).toString());
  } catch (cause) {
    throw new ValueDecodingError('a reference to a stored value cannot be read', { cause });
  }
  const { key, offset, bytes } = (reference ?? {}) as Partial<Record<keyof StoredValue, unknown>>; // looked at below
  if (typeof key !== 'string' || typeof bytes !== 'number' || !(offset === undefined || typeof offset === 'number'))
    throw new ValueDecodingError('a reference to a stored value is malformed');
  return { key, bytes, ...(offset !== undefined && { offset }) };
}

function withForm(form: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.byteLength + 1);
  bytes[0] = form;
  bytes.set(body, 1);
  return bytes;
}
