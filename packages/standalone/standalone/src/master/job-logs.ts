import { EventEmitter } from 'node:events';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CallEvent } from '@lithops/worker';

/** Of what a job writes, so many bytes are kept; its client has all of it. */
const MOST_BYTES = 16 * 2 ** 20;
const READ_BYTES = 1 << 18;
const SUFFIX = '.ndjson';

interface LogFile {
  readonly fd: number;
  bytes: number;
}

/** What the calls of jobs wrote: a file for each job, a record in each line. */
export class JobLogs {
  readonly #folder: string;
  readonly #files = new Map<string, LogFile>();
  /** Told the key of a job that has written, or has ended. */
  readonly #news = new EventEmitter<{ news: [string] }>().setMaxListeners(0);

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  write(key: string, { call, stream, text }: Extract<CallEvent, { type: 'log' }>): void {
    const file = this.#open(key);
    if (file === undefined || file.bytes > MOST_BYTES) return;
    const line = Buffer.from(`${JSON.stringify({ time: Date.now(), jobKey: key, call, stream, text })}\n`);
    try {
      file.bytes += writeSync(file.fd, line);
    } catch {
      // A full disk is told where it matters: in what its client hears.
      file.bytes = Number.POSITIVE_INFINITY;
    }
    this.#news.emit('news', key);
  }

  ended(key: string): void {
    const file = this.#files.get(key);
    if (file !== undefined) closeSync(file.fd);
    this.#files.delete(key);
    this.#news.emit('news', key);
  }

  remove(key: string): void {
    this.ended(key);
    rmSync(this.#file(key), { force: true });
  }

  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  /** Lines of one job, or of all, those of each in order. @param ends whether nothing more is to be expected of a job */
  async *read(
    key: string | undefined,
    ends: ((key: string) => boolean) | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const known = key === undefined ? this.#keys() : [key];
    const places = new Map<string, number>();
    const changed = new Set(known);
    let wake = () => {};
    const onNews = (which: string) => {
      if (key !== undefined && which !== key) return;
      changed.add(which);
      wake();
    };
    this.#news.on('news', onNews);
    signal.addEventListener('abort', () => wake(), { once: true });
    // Who follows all jobs wants what comes.
    if (key === undefined && ends !== undefined) for (const each of known) places.set(each, this.#size(each));
    try {
      while (!signal.aborted) {
        const ending = key !== undefined && ends?.(key) === true;
        for (const each of changed) {
          changed.delete(each);
          yield* this.#from(each, places);
        }
        if (ends === undefined || ending) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (changed.size > 0 || signal.aborted) resolve();
        });
      }
    } finally {
      this.#news.off('news', onNews);
    }
  }

  *#from(key: string, places: Map<string, number>): Generator<Buffer> {
    const file = this.#file(key);
    if (!existsSync(file)) return;
    const fd = openSync(file, 'r');
    try {
      for (let at = places.get(key) ?? 0; ; ) {
        const piece = Buffer.allocUnsafe(READ_BYTES);
        const read = readSync(fd, piece, 0, READ_BYTES, at);
        at += read;
        places.set(key, at);
        if (read === 0) return;
        yield piece.subarray(0, read);
      }
    } finally {
      closeSync(fd);
    }
  }

  #open(key: string): LogFile | undefined {
    const known = this.#files.get(key);
    if (known !== undefined) return known;
    try {
      const fd = openSync(this.#file(key), 'a', 0o600);
      const file = { fd, bytes: fstatSync(fd).size };
      this.#files.set(key, file);
      return file;
    } catch {
      return undefined;
    }
  }

  #keys(): string[] {
    return readdirSync(this.#folder).flatMap((name) => (name.endsWith(SUFFIX) ? [name.slice(0, -SUFFIX.length)] : []));
  }

  #size(key: string): number {
    return statSync(this.#file(key), { throwIfNoEntry: false })?.size ?? 0;
  }

  #file(key: string): string {
    if (!/^[\w-]+$/.test(key)) throw new TypeError(`${JSON.stringify(key)} is no key of a job`);
    return join(this.#folder, `${key}${SUFFIX}`);
  }
}
