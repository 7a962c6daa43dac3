import { encodeFrame, type Frame, FrameReader } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';
import { decodeReply, encodeReply, type WorkerReply } from './worker-reply.ts';

/**
 * One object of an invocation's log in storage: what a worker told, in the frames that it would have sent. The log is
 * the objects `<log>-000000`, `<log>-000001`, ... Each is written only if it is not there: so all writers and readers see
 * one order, and what comes first in it counts.
 */
export interface EventRecord {
  /** Who wrote it: one run of an invocation. */
  readonly writer: string;
  /** Nothing after this record counts: the invocation was given up. */
  readonly closed: boolean;
  readonly replies: readonly WorkerReply[];
}

/** Not a type of any reply. */
const HEAD = 120;

export function encodeRecord({ writer, closed, replies }: EventRecord): Uint8Array {
  const pieces = encodeFrame(HEAD, 0, { writer, closed });
  for (const reply of replies) pieces.push(...encodeReply(reply));
  return Buffer.concat(pieces);
}

/** @throws ProtocolError */
export function decodeRecord(bytes: Uint8Array): EventRecord {
  let head: Frame | undefined;
  const replies: WorkerReply[] = [];
  const reader = new FrameReader((frame) => {
    if (head === undefined) head = frame;
    else replies.push(decodeReply(frame));
  });
  reader.push(bytes);
  const { writer, closed } = (head?.meta ?? {}) as { readonly writer?: unknown; readonly closed?: unknown }; // looked at below
  if (head?.type !== HEAD || typeof writer !== 'string' || !reader.atBoundary)
    throw new ProtocolError('an object of an event log is malformed, or a part of it is missing');
  return { writer, closed: closed === true, replies };
}

/** Key of a log's record with that number. Not a folder of its own: making one takes longer than writing the record. */
export function recordKey(log: string, number: number): string {
  return `${log}-${String(number).padStart(6, '0')}`;
}

/** Key of the sign of life of a detached worker. */
export function aliveKey(log: string): string {
  return `${log}-alive`;
}

/** Key of an invocation that was handed over to a detached worker. */
export function invocationKey(log: string): string {
  return `${log}-invocation`;
}

/** The log that an object belongs to, and what it is there: the number of a record, or something else. */
export function partsOfLogKey(key: string): { readonly log: string; readonly record: number | 'alive' | 'invocation' } {
  const end = key.lastIndexOf('-');
  const name = key.slice(end + 1);
  return { log: key.slice(0, end), record: name === 'alive' || name === 'invocation' ? name : Number(name) };
}
