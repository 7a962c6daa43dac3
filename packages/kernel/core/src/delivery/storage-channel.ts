import { decodeRecord, type EventRecord, EventStream, partsOfLogKey, recordKey } from '@lithops/worker/protocol';
import type { CompletionChannel } from '../plugin/completion-channel.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import type { NewsListener } from './news-listener.ts';

/** What a follower is told. */
type Told = EventRecord | Silence;

/** Nothing new was told. */
interface Silence {
  /** ms since the last sign of life; undefined when there was none yet. */
  readonly silentMs: number | undefined;
}

interface FollowedLog {
  readonly key: string;
  readonly events: EventStream<Told>;
  /** Number of the next record. */
  next: number;
  /** What the storage said of its sign of life, and when we saw that change; by our clock, for that of the storage may differ. */
  beat: number | undefined;
  beatSeenAt: number;
  /** Whether its records are being read one after the other, and whether there was word of another meanwhile. */
  reading: 'not' | 'on' | 'again';
}

export interface StorageChannelOptions {
  /** Shortest and longest pause between two looks, in ms. */
  readonly pauseMs?: readonly [shortest: number, longest: number];
  /** Word of new records; it ends with the channel. */
  readonly news?: AsyncDisposable & { readonly listener: NewsListener };
  /** Pause between two looks while news is heard, in ms. */
  readonly hearingPauseMs?: number;
}

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
const SLOWER = 1.3;
const READ_AT_ONCE = 32;
/** Looks that take long, because very much is followed, are made less often: they take this share of the time at the most. */
const MOST_OF_TIME = 1 / 4;

/**
 * Reads logs by looking at the storage, often while there is news and ever less often while there is none; not at all when
 * nothing is followed. One listing tells of up to a thousand invocations; logs that have ended are not looked at again.
 * Where workers tell of news their records are read at once, by their keys, and looked for only now and then.
 */
export class StorageChannel implements CompletionChannel {
  readonly #store: StorageJobStore;
  readonly #options: StorageChannelOptions;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #logs = new Map<string, FollowedLog>();
  #pause: number;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #closed = false;

  constructor(store: StorageJobStore, options: StorageChannelOptions = {}) {
    this.#store = store;
    this.#options = options;
    [this.#shortest, this.#longest] = options.pauseMs ?? [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS];
    this.#pause = this.#shortest;
    const listener = this.#listener;
    if (listener === undefined) return;
    listener.onNotice = (key) => this.#heard(key);
    // Lost or found again: there may be what was not told.
    listener.onChange = () => this.#hurry();
  }

  async *follow(log: string, signal: AbortSignal): AsyncGenerator<Told, void, void> {
    const events = new EventStream<Told>();
    const followed: FollowedLog = { key: log, events, next: 0, beat: undefined, beatSeenAt: 0, reading: 'not' };
    const stop = () => events.end();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted || this.#closed) events.end();
    this.#logs.set(log, followed);
    this.#listener?.want();
    if (this.#listener?.hearing === true) {
      // What was told before is not told again.
      void this.#readOn(followed);
      this.#later();
    } else this.#hurry();
    try {
      yield* events;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#logs.delete(log);
      if (this.#logs.size === 0) this.#rest();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#rest();
    for (const { events } of this.#logs.values()) events.end();
    await this.#options.news?.[Symbol.asyncDispose]();
  }

  get #listener(): NewsListener | undefined {
    return this.#options.news?.listener;
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listener?.rest();
  }

  /** Looks again soon. */
  #hurry(): void {
    this.#pause = this.#shortest;
    if (this.#looking || this.#closed || this.#logs.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), this.#pause);
  }

  /** Looks again some time. */
  #later(): void {
    if (this.#looking || this.#closed || this.#logs.size === 0) return;
    const hearing = this.#listener?.hearing === true;
    const pause = hearing ? (this.#options.hearingPauseMs ?? this.#longest) : this.#pause;
    this.#timer ??= setTimeout(() => void this.#look(), pause);
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    const startedAt = performance.now();
    try {
      const groups = new Set(Array.from(this.#logs.keys(), groupOf));
      let news = false;
      for (const group of groups) news = (await this.#lookAt(group)) || news;
      this.#pause = news ? this.#shortest : Math.min(this.#longest, this.#pause * SLOWER);
      this.#pause = Math.max(this.#pause, (performance.now() - startedAt) * (1 / MOST_OF_TIME - 1));
    } catch (error) {
      for (const { events } of this.#logs.values()) events.fail(error);
    }
    this.#looking = false;
    this.#later();
  }

  /** @returns whether there was any record */
  async #lookAt(group: string): Promise<boolean> {
    const fresh: { readonly log: FollowedLog; readonly key: string }[] = [];
    const listed = new Map<FollowedLog, number>();
    for await (const { key, changed } of this.#store.list(group)) {
      const { log: name, record } = partsOfLogKey(key);
      const log = this.#logs.get(name);
      if (log === undefined) continue;
      const next = listed.get(log) ?? log.next;
      if (record === 'alive') sign(log, changed);
      // A listing that is made while records are written may show a later one without those before it.
      else if (record === next) {
        listed.set(log, next + 1);
        fresh.push({ log, key });
      }
    }
    for (let i = 0; i < fresh.length; i += READ_AT_ONCE) await this.#read(fresh.slice(i, i + READ_AT_ONCE));
    for (const log of this.#logs.values())
      if (groupOf(log.key) === group)
        log.events.push({ silentMs: log.beatSeenAt === 0 ? undefined : performance.now() - log.beatSeenAt });
    return fresh.length > 0;
  }

  async #read(fresh: readonly { readonly log: FollowedLog; readonly key: string }[]): Promise<void> {
    const objects = await Promise.all(fresh.map(({ key }) => this.#store.find(key)));
    // One that is missing was cleaned meanwhile, and so is what comes after it.
    for (const [place, { log, key }] of fresh.entries()) take(log, key, objects[place]);
  }

  /** Somebody says that there is a record of that key, which is only worth a look. */
  #heard(key: string): void {
    const { log: name, record } = partsOfLogKey(key);
    const log = this.#logs.get(name);
    if (log === undefined || typeof record !== 'number' || record < log.next) return;
    if (log.reading === 'not') void this.#readOn(log);
    else log.reading = 'again';
  }

  /** Reads the records of a log that are there. */
  async #readOn(log: FollowedLog): Promise<void> {
    log.reading = 'on';
    try {
      for (;;) {
        const key = recordKey(log.key, log.next);
        const found = take(log, key, await this.#store.find(key));
        if (this.#logs.get(log.key) !== log) break;
        if (found) continue;
        if (log.reading === 'on') break;
        log.reading = 'on';
      }
    } catch (error) {
      log.events.fail(error);
    }
    log.reading = 'not';
  }
}

/** @returns whether there was a record, ours or somebody else's before us */
function take(log: FollowedLog, key: string, bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return false;
  if (!key.endsWith(recordKey('', log.next))) return true;
  log.next++;
  log.beatSeenAt = performance.now();
  log.events.push(decodeRecord(bytes));
  return true;
}

function sign(log: FollowedLog, changed: number): void {
  if (log.beat === changed) return;
  log.beat = changed;
  log.beatSeenAt = performance.now();
}

/** What the keys of a log and its neighbours begin with. */
function groupOf(log: string): string {
  return log.slice(0, log.lastIndexOf('/') + 1);
}
