import { decodeRecord, partsOfLogKey } from '@lithops/worker/protocol';
import { decodeValue } from '@lithops/worker/values';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { RecordedOutcome } from '../job/job-record.ts';
import { eventsPrefix, outcomesPrefix } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import { applyEvent, type EventConsequences, thrownBy } from './apply-event.ts';
import { Attempt } from './attempt.ts';

const READ_AT_ONCE = 16;

/** An invocation that was handed over by storage, and has not ended as far as its log tells. */
export interface OpenLog {
  readonly log: string;
  /** Whether its worker has ever given a sign of life. */
  readonly started: boolean;
}

/**
 * Settles the calls of a durable job by what is recorded of them in storage. Of several outcomes of a call that of the
 * latest owner counts, which is the only one that was told since; among his the first.
 */
export class JobReplay {
  readonly #job: Job;
  readonly #prefix: string;
  readonly #store: StorageJobStore;
  readonly #attempt: Attempt;
  readonly #seen = new Set<string>();
  readonly #handedOver = new Set<string>();
  readonly #started = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #consequences: EventConsequences = {
    failed: (_attempt, call, error, times) => call.fail(error, 'error', times),
    returned: () => {},
    suspected: () => {},
  };

  /** @param calls all of the job */
  constructor(job: Job, prefix: string, calls: readonly Call[], store: StorageJobStore) {
    this.#job = job;
    this.#prefix = prefix;
    this.#store = store;
    this.#attempt = new Attempt(job, calls);
  }

  /** Takes in what was recorded since the last time. @returns whether there was anything */
  async refresh(): Promise<boolean> {
    const records = await this.#newOnes(eventsPrefix(this.#prefix), false);
    const outcomes = await this.#newOnes(outcomesPrefix(this.#prefix), true);
    const all = [...records, ...outcomes].sort((a, b) => b.generation - a.generation); // stable: within one as listed
    for (const { bytes, outcome, log } of all) {
      if (outcome) this.#applyOutcomes(bytes);
      else this.#applyRecord(bytes, log);
    }
    return all.length > 0;
  }

  /** Invocations whose workers may still be at work. */
  openLogs(): OpenLog[] {
    const open = [...this.#handedOver].filter((log) => !this.#ended.has(log));
    return open.map((log) => ({ log, started: this.#started.has(log) }));
  }

  async #newOnes(prefix: string, outcome: boolean): Promise<RecordObject[]> {
    const keys: string[] = [];
    for await (const { key } of this.#store.list(prefix)) {
      if (!this.#seen.has(key) && (outcome || this.#isRecord(key))) keys.push(key);
    }
    const found: RecordObject[] = [];
    for (let i = 0; i < keys.length; i += READ_AT_ONCE) {
      const some = keys.slice(i, i + READ_AT_ONCE);
      const objects = await Promise.all(some.map((key) => this.#store.find(key)));
      for (const [place, key] of some.entries()) {
        const bytes = objects[place];
        if (bytes === undefined) continue;
        this.#seen.add(key);
        const generation = Number(key.slice(prefix.length).split('-')[0]);
        found.push({ generation, bytes, outcome, log: partsOfLogKey(key).log });
      }
    }
    return found;
  }

  /** Notes what else there is of a log. */
  #isRecord(key: string): boolean {
    const { log, record } = partsOfLogKey(key);
    if (record === 'alive') this.#started.add(log);
    if (record === 'invocation') this.#handedOver.add(log);
    return typeof record === 'number';
  }

  #applyRecord(bytes: Uint8Array, log: string): void {
    // A file that a crash of the machine has left empty: what it held was not told to anybody.
    if (bytes.byteLength === 0) return;
    const { ownRetryRule } = this.#job.options;
    const { closed, replies } = decodeRecord(bytes);
    if (closed) this.#ended.add(log);
    for (const reply of replies) {
      if (reply.type === 'finished' || reply.type === 'lost') this.#ended.add(log);
      if (reply.type !== 'event') continue;
      // It may have been tried again; if not, there is an outcome that says so.
      if ((reply.event.type === 'error' || reply.event.type === 'expired') && ownRetryRule) continue;
      applyEvent(this.#attempt, reply.event, this.#consequences);
    }
  }

  #applyOutcomes(bytes: Uint8Array): void {
    for (const { call, state, error } of decodeValue(bytes) as RecordedOutcome[]) // written by JobRecord
      this.#attempt.answered(call)?.fail(thrownBy(error, this.#job), state);
  }
}

interface RecordObject {
  readonly generation: number;
  readonly bytes: Uint8Array;
  readonly outcome: boolean;
  readonly log: string;
}
