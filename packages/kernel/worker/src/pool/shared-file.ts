import { closeSync, constants, ftruncateSync, mkdtempSync, openSync, read, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ProtocolError, type SpilledFrame } from '../protocol/index.ts';

/** The note of a process that has begun none. */
const NO_CALL = Buffer.alloc(8, 0xff);

/** What a process notes before it runs calls. */
export interface RunNote {
  /** The first of them. */
  readonly call: number;
  /** How many of its invocation's calls it runs, this one and those behind it, before it notes the next. */
  readonly count: number;
}

/** So much of the file stays when it is trimmed: to write where nothing is yet takes three times as long. */
const KEPT_BYTES = 8 * 1024 * 1024;

const readInBackground = promisify(read);

/** The file that a worker process shares with its parent: a note of the call that runs, and frames too large for a socket. */
export class SharedFile {
  readonly fd: number;
  /** Where the frames in it end. */
  #end = 0;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** For a child. @throws Error when there is no room for it, or no folder. */
  static unnamed(): SharedFile {
    return SharedFile.#open(openUnlinkedFile, `made in ${tmpdir()}`);
  }

  /** A file that is there, for a process that cannot inherit it; what it holds is gone. @throws Error when there is no room, or no such file */
  static at(path: string): SharedFile {
    return SharedFile.#open(() => openSync(path, constants.O_RDWR | constants.O_TRUNC), `had at ${path}`);
  }

  static #open(open: () => number, doing: string): SharedFile {
    try {
      return new SharedFile(withRoom(open()));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`its temporary file cannot be ${doing}: ${why}`, { cause });
    }
  }

  /** What the process noted last. */
  note(): RunNote | undefined {
    const bytes = Buffer.alloc(NO_CALL.length);
    readSync(this.fd, bytes, 0, bytes.length, 0);
    return bytes.equals(NO_CALL) ? undefined : { call: bytes.readUInt32LE(0), count: bytes.readUInt32LE(4) };
  }

  /** @throws ProtocolError when it is not there */
  read({ offset, length }: SpilledFrame): Uint8Array<ArrayBuffer> {
    const bytes = this.#roomFor(offset, length);
    for (let filled = 0; filled < length; )
      filled += atLeastOne(readSync(this.fd, bytes, filled, length - filled, offset + filled));
    return bytes;
  }

  /** The same by a thread of its own: 50 MB take some 60 ms, most of them for memory that is touched for the first time. */
  async readInBackground({ offset, length }: SpilledFrame): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.#roomFor(offset, length);
    for (let filled = 0; filled < length; ) {
      const { bytesRead } = await readInBackground(this.fd, bytes, filled, length - filled, offset + filled);
      filled += atLeastOne(bytesRead);
    }
    return bytes;
  }

  /** Frees the frames in it, which have been read. */
  trim(): void {
    if (this.#end > KEPT_BYTES) ftruncateSync(this.fd, KEPT_BYTES);
    this.#end = 0;
  }

  /** In a buffer of its own. */
  #roomFor(offset: number, length: number): Buffer<ArrayBuffer> {
    this.#end = Math.max(this.#end, offset + length);
    return Buffer.allocUnsafeSlow(length);
  }

  close(): void {
    closeSync(this.fd);
  }
}

function atLeastOne(count: number): number {
  if (count === 0) throw new ProtocolError('the file shared with the worker ends before a frame in it does');
  return count;
}

/** Room for the note is taken now: a disk that fills up later does not keep the process from writing it. */
function withRoom(fd: number): number {
  try {
    writeSync(fd, NO_CALL, 0, NO_CALL.length, 0);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A file without a name: it is gone when the last descriptor is closed, however the processes end. */
function openUnlinkedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-worker-'));
  try {
    return openSync(join(folder, 'call'), 'w+');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
