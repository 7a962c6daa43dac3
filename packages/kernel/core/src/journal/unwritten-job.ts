import type { ObservedCall, ObservedJob } from '../observation/job-observer.ts';
import { type CallStartedEntry, type JournalError, toJournalError } from './journal-entry.ts';

/** So many calls of a job have lines of their own; of the others only those that fail have. */
const MOST_CALLS = 100_000;
/** The same of a stream: who reads one wants little of it to be kept. */
const MOST_STREAMED_CALLS = 10_000;

const NONE: ReadonlyMap<number, JournalError> = new Map();

/** Calls of a job that have ended. */
export interface EndedCalls {
  readonly job: ObservedJob;
  /** Their places among the settled calls of the executor. */
  readonly places: readonly number[];
  /** Why those of them failed that did, by their numbers. */
  readonly errors: ReadonlyMap<number, JournalError>;
}

/**
 * What a journal keeps of a job until it is over and written. Never a call, for with it goes its result: a stream of large
 * ones would be held for as long as the journal waits.
 */
export class UnwrittenJob {
  readonly job: ObservedJob;
  /** All its calls have ended, unless more came. */
  over = false;
  /** Something is to be written of it. */
  changed = true;
  /** Calls that have been, or are to be, told of one by one. */
  #told: number;
  #places: number[] = [];
  /** Made when they are needed, as those below: most jobs need neither. */
  #errors: Map<number, JournalError> | undefined;
  /** Calls that have begun and are not written yet, by their numbers. */
  #started: Map<number, CallStartedEntry> | undefined;

  constructor(job: ObservedJob) {
    this.job = job;
    this.#told = Math.min(job.ended, mostCalls(job));
  }

  /** Calls that have ended and are not written. */
  get unwritten(): number {
    return this.#places.length;
  }

  /** Whether every call is told of, and not only those that fail. */
  get tellsAll(): boolean {
    return this.#told < mostCalls(this.job);
  }

  /** A job may go on when its last call has ended. */
  get isOver(): boolean {
    return this.over && this.job.ended === this.job.calls;
  }

  callStarted(entry: CallStartedEntry): void {
    this.#started ??= new Map();
    this.#started.set(entry.call, entry);
  }

  /** Whether a call that has begun still runs, and is not told of yet; asked once. */
  takeStarted(entry: CallStartedEntry): boolean {
    return this.#started?.get(entry.call) === entry && this.#started.delete(entry.call);
  }

  /** @param place of the call among the settled ones. @returns whether it is to be told of */
  callEnded({ index, state, error }: ObservedCall, place: number): boolean {
    this.changed = true;
    this.#started?.delete(index);
    if (!this.tellsAll && state === 'success') return false;
    this.#told++;
    this.#places.push(place);
    if (error === undefined) return true;
    this.#errors ??= new Map();
    this.#errors.set(index, toJournalError(error));
    return true;
  }

  takeEnded(): EndedCalls {
    const { job } = this;
    const ended = { job, places: this.#places, errors: this.#errors ?? NONE };
    this.#places = [];
    this.#errors = undefined;
    return ended;
  }
}

function mostCalls({ streamed }: ObservedJob): number {
  return streamed ? MOST_STREAMED_CALLS : MOST_CALLS;
}
