import { watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type EndedCallsLine, toEndedCalls } from './ended-calls.ts';
import { JOURNAL_VERSION, type JournalEntry } from './journal-entry.ts';

const BLOCK_BYTES = 1024 * 1024;
/** Where the system tells of no changes, files are looked at so often, ms. */
const LOOK_MS = 500;

export interface FollowOptions {
  /** Whether to wait for what is written later; ends then by the signal, or with the executor. Default: false. */
  readonly follow?: boolean;
  /** Entries of these kinds only, and `closed`; others are passed over without being parsed. Default: all. */
  readonly types?: readonly JournalEntry['type'][];
  /** Of what belongs to jobs, only entries of this one. Default: of all jobs. */
  readonly jobId?: string;
  /** Told whenever all that is in the file by then has been given out. */
  readonly caughtUp?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * The entries of a journal, many at a time. A line that was cut short, by the death of its writer, is left out.
 * @throws what the file system throws; TypeError when the file is no journal, or one of another version.
 */
export async function* followJournal(path: string, options: FollowOptions = {}): AsyncGenerator<JournalEntry[]> {
  const { follow = false, signal } = options;
  const file = await open(path, 'r');
  try {
    const lines = new Lines(path, options);
    for (;;) {
      let closed = false;
      for await (const text of textUntilNow(file, lines.decoder)) {
        const entries = lines.take(text);
        closed ||= entries.some(({ type }) => type === 'closed');
        if (entries.length > 0) yield entries;
        if (signal?.aborted) return;
      }
      options.caughtUp?.();
      if (!follow || closed || signal?.aborted) return;
      await changed(path, signal);
    }
  } finally {
    await file.close();
  }
}

class Lines {
  readonly decoder: StringDecoder = new StringDecoder('utf8');
  readonly #path: string;
  readonly #wanted: (line: string) => boolean;
  readonly #jobId: string | undefined;
  #rest = '';
  #first = true;

  constructor(path: string, { types, jobId }: FollowOptions) {
    this.#path = path;
    this.#wanted = lineFilter(types, jobId);
    this.#jobId = jobId;
  }

  take(text: string): JournalEntry[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => {
      if (!this.#first && !this.#wanted(line)) return [];
      const parsed = parseLine(line);
      if (this.#first) this.#check(parsed);
      this.#first = false;
      if (parsed === undefined) return [];
      if (this.#jobId !== undefined && 'jobId' in parsed && parsed.jobId !== this.#jobId) return [];
      return parsed.type === 'ended' && 'cells' in parsed ? toEndedCalls(parsed) : [parsed];
    });
  }

  #check(entry: JournalEntry | EndedCallsLine | undefined): void {
    if (entry?.type !== 'executor') throw new TypeError(`${this.#path} is no journal of an executor`);
    if (entry.version > JOURNAL_VERSION)
      throw new TypeError(`${this.#path} was written by a later version of Lithops; update to read it`);
    if (entry.version < JOURNAL_VERSION)
      throw new TypeError(`${this.#path} was written by an earlier version of Lithops, which this one cannot read`);
  }
}

/** So far into a line what tells its kind and job is found; text of users comes after it. */
const HEAD_CHARS = 200;

/** Told by the first characters, for most of what is in a journal is of no use to who wants a part of it. */
function lineFilter(types: FollowOptions['types'], jobId: string | undefined): (line: string) => boolean {
  const starts = types?.concat('closed').map((type) => `{"type":${JSON.stringify(type)},`);
  const ofJob = jobId === undefined ? undefined : `"jobId":${JSON.stringify(jobId)}`;
  return (line) => {
    if (starts?.some((start) => line.startsWith(start)) === false) return false;
    if (ofJob === undefined) return true;
    const head = line.slice(0, HEAD_CHARS);
    return head.includes(ofJob) || !head.includes('"jobId":');
  };
}

function parseLine(line: string): JournalEntry | EndedCallsLine | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'type' in entry
      ? (entry as JournalEntry | EndedCallsLine)
      : undefined; // our own file
  } catch {
    return undefined;
  }
}

async function* textUntilNow(file: FileHandle, decoder: StringDecoder): AsyncGenerator<string> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES);
    if (bytesRead === 0) return;
    yield decoder.write(block.subarray(0, bytesRead));
  }
}

/** Resolves when the folder of the file has changed, or after a while. */
function changed(path: string, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOK_MS);
  const done = () => resolve();
  const watcher = watch(dirname(path), done);
  watcher.on('error', () => {}); // the timer looks too
  signal?.addEventListener('abort', done, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    watcher.close();
    signal?.removeEventListener('abort', done);
  });
}
