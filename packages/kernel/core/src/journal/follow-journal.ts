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
  readonly signal?: AbortSignal;
}

/**
 * The entries of a journal, many at a time. A line that was cut short, by the death of its writer, is left out.
 * @throws what the file system throws; TypeError when the file is no journal, or one of a later version.
 */
export async function* followJournal(path: string, options: FollowOptions = {}): AsyncGenerator<JournalEntry[]> {
  const { follow = false, signal } = options;
  const file = await open(path, 'r');
  try {
    const lines = new Lines(path);
    for (;;) {
      let closed = false;
      for await (const text of textUntilNow(file, lines.decoder)) {
        const entries = lines.take(text);
        closed ||= entries.some(({ type }) => type === 'closed');
        if (entries.length > 0) yield entries;
        if (signal?.aborted) return;
      }
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
  #rest = '';
  #first = true;

  constructor(path: string) {
    this.#path = path;
  }

  take(text: string): JournalEntry[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => {
      const parsed = parseLine(line);
      if (this.#first) this.#check(parsed);
      this.#first = false;
      if (parsed === undefined) return [];
      return parsed.type === 'ended' && 'rows' in parsed ? toEndedCalls(parsed) : [parsed];
    });
  }

  #check(entry: JournalEntry | EndedCallsLine | undefined): void {
    if (entry?.type !== 'executor') throw new TypeError(`${this.#path} is no journal of an executor`);
    if (entry.version > JOURNAL_VERSION)
      throw new TypeError(`${this.#path} was written by a later version of Lithops; update to read it`);
  }
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
  const watcher = watch(dirname(path), () => resolve());
  watcher.on('error', () => {}); // the timer looks too
  signal?.addEventListener('abort', () => resolve(), { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    watcher.close();
  });
}
