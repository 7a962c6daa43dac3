import { ProtocolError } from './protocol-error.ts';

/** A frame's meta, or an object in it. */
export type Meta = Record<string, unknown>;

export function record(value: unknown): Meta {
  if (typeof value !== 'object' || value === null)
    throw new ProtocolError(`an object was expected, not ${typeof value}`);
  return value as Meta; // any object may be read by key
}

export function number(meta: Meta, key: string): number {
  const value = meta[key];
  if (typeof value !== 'number') throw new ProtocolError(`${key} is ${typeof value}, not a number`);
  return value;
}

export function string(meta: Meta, key: string): string {
  const value = meta[key];
  if (typeof value !== 'string') throw new ProtocolError(`${key} is ${typeof value}, not a string`);
  return value;
}

export function numbers(meta: Meta, key: string): number[] {
  const value = meta[key];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'number'))
    throw new ProtocolError(`${key} is no list of numbers`);
  return value;
}

export function stringRecord(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value));
  for (const [key, entry] of entries) {
    if (typeof entry !== 'string') throw new ProtocolError(`env ${key} is ${typeof entry}, not a string`);
  }
  return Object.fromEntries(entries) as Record<string, string>; // checked above
}

export function oneOf<const Allowed extends string>(meta: Meta, key: string, allowed: readonly Allowed[]): Allowed {
  const value = allowed.find((candidate) => candidate === meta[key]);
  if (value === undefined) throw new ProtocolError(`${key} is none of ${allowed.join(', ')}`);
  return value;
}

export function split(payload: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const length of lengths) {
    if (length < 0 || offset + length > payload.length) throw new ProtocolError('a payload shorter than its parts');
    pieces.push(payload.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== payload.length) throw new ProtocolError('a payload longer than its parts');
  return pieces;
}
