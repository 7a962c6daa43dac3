import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writevSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeReply, encodeReply, FrameReader, type WorkerReply } from '@lithops/worker/protocol';

/** A file of a journal is followed by another from this size on; those that were received are removed. */
const SEGMENT_BYTES = 32 * 2 ** 20;
const READ_BYTES = 1 << 20;
const NAME = /^events-(\d{12})$/;

/** Replies `first` to `first + count - 1` of a session, frame behind frame. */
interface Segment {
  readonly first: number;
  readonly fd: number;
  count: number;
  bytes: number;
}

/**
 * All that a session's client is told, in files: what it has not received is there when it comes back, or when we do. A reply
 * that was cut short by a crash is taken off the end, and what it told is found out anew.
 */
export class EventJournal {
  readonly #folder: string;
  readonly #segments: Segment[] = [];
  #onGrown: () => void = () => {};

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param onReply told each reply that is there */
  static open(folder: string, onReply: (reply: WorkerReply) => void): EventJournal {
    const journal = new EventJournal(folder);
    const firsts = readdirSync(folder).flatMap((name) => {
      const [, first] = NAME.exec(name) ?? [];
      return first === undefined ? [] : [Number(first)];
    });
    for (const first of firsts.sort((a, b) => a - b)) journal.#restore(first, onReply);
    if (journal.#segments.length === 0) journal.#begin(0);
    return journal;
  }

  /** Replies that were ever written. */
  get count(): number {
    const last = this.#last;
    return last.first + last.count;
  }

  /** The first reply that is still there. */
  get start(): number {
    return this.#segments[0]?.first ?? 0;
  }

  /** @throws what the file system says; then nothing of the reply is there */
  append(reply: WorkerReply): void {
    if (this.#last.bytes >= SEGMENT_BYTES) this.#begin(this.count);
    const segment = this.#last;
    const pieces = encodeReply(reply);
    const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    try {
      writeAll(segment.fd, pieces, segment.bytes);
    } catch (error) {
      ftruncateSync(segment.fd, segment.bytes);
      throw error;
    }
    segment.bytes += bytes;
    segment.count++;
    this.#onGrown();
  }

  /** From reply number `received` on, in pieces of any borders; ends with the signal. */
  async *follow(received: number, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    let { segment, offset } = this.#locate(received);
    while (!signal.aborted) {
      if (offset < segment.bytes) {
        const piece = Buffer.allocUnsafe(Math.min(READ_BYTES, segment.bytes - offset));
        readSync(segment.fd, piece, 0, piece.length, offset);
        offset += piece.length;
        yield piece;
        continue;
      }
      const next = this.#segments[this.#segments.indexOf(segment) + 1];
      if (next !== undefined) {
        segment = next;
        offset = 0;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#onGrown = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** The client has so many replies; files with nothing else are removed. */
  acknowledge(received: number): void {
    while (this.#segments.length > 1) {
      const [first] = this.#segments;
      if (first === undefined || first.first + first.count > received) return;
      this.#segments.shift();
      closeSync(first.fd);
      rmSync(this.#file(first.first), { force: true });
    }
  }

  close(): void {
    for (const { fd } of this.#segments) closeSync(fd);
    this.#segments.length = 0;
    this.#onGrown();
  }

  get #last(): Segment {
    return this.#segments.at(-1) as Segment; // there is always one
  }

  #file(first: number): string {
    return join(this.#folder, `events-${String(first).padStart(12, '0')}`);
  }

  #begin(first: number): void {
    this.#segments.push({ first, fd: openSync(this.#file(first), 'w+', 0o600), count: 0, bytes: 0 });
  }

  #restore(first: number, onReply: (reply: WorkerReply) => void): void {
    const bytes = readFileSync(this.#file(first));
    let count = 0;
    let end = 0;
    const reader = new FrameReader((frame) => {
      onReply(decodeReply(frame));
      count++;
    });
    for (let next = frameEnd(bytes, 0); next !== undefined; next = frameEnd(bytes, end)) {
      reader.push(bytes.subarray(end, next));
      end = next;
    }
    const fd = openSync(this.#file(first), 'r+');
    if (fstatSync(fd).size > end) ftruncateSync(fd, end);
    this.#segments.push({ first, fd, count, bytes: end });
  }

  #locate(received: number): { segment: Segment; offset: number } {
    const segment = this.#segments.findLast(({ first }) => first <= received) ?? this.#last;
    let offset = 0;
    const head = Buffer.allocUnsafe(4);
    for (let reply = segment.first; reply < received; reply++) {
      readSync(segment.fd, head, 0, 4, offset);
      offset += 4 + head.readUInt32LE(0);
    }
    return { segment, offset };
  }
}

/** Where the frame that begins at `start` ends; undefined when it is not there whole. */
function frameEnd(bytes: Buffer, start: number): number | undefined {
  if (start + 4 > bytes.length) return undefined;
  const end = start + 4 + bytes.readUInt32LE(start);
  return end > bytes.length ? undefined : end;
}

function writeAll(fd: number, pieces: readonly Uint8Array[], position: number): void {
  let at = position;
  let left = [...pieces];
  while (left.length > 0) {
    let written = writevSync(fd, left, at);
    at += written;
    while (left.length > 0 && written >= (left[0]?.byteLength ?? 0)) written -= left.shift()?.byteLength ?? 0;
    if (written > 0) left = [left[0]?.subarray(written) ?? new Uint8Array(), ...left.slice(1)];
  }
}
