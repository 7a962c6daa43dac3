import type { CallEndedEntry, CallRetriedEntry, CallStartedEntry, JournalError } from '@lithops/core/journal';
import { CALL_STATES, type CallStateName } from '../view/job-view.ts';

/** A journal has rows of so many calls of a job, and of those that failed. */
export const MOST_ROWS = 100_000;
/** Beyond them, so many that failed are looked at. */
const MOST_FAILED_ROWS = 100_000;
/** So many failed attempts are kept with their errors. */
const MOST_RETRIES = 10_000;

/** Columns of numbers; what is not known is NaN. Times are ms since submission. */
const NUMBER_COLUMNS = ['submitted', 'invoked', 'start', 'done', 'duration', 'cpu', 'memory'] as const;
type NumberColumn = (typeof NUMBER_COLUMNS)[number];

const RUNNING = CALL_STATES.indexOf('running');
const COLD = 1;
const CACHED = 2;

/** Calls of a job in columns: a tenth of what objects take, and fast to sort and to draw. */
export class CallTable {
  readonly since: number;
  /** By row. */
  call: Uint32Array = new Uint32Array(64);
  state: Uint8Array = new Uint8Array(64);
  attempts: Uint16Array = new Uint16Array(64);
  /** Number in `workers`, and one more; 0 where it is not known. */
  worker: Uint32Array = new Uint32Array(64);
  readonly numbers: Record<NumberColumn, Float64Array>;
  readonly workers: string[] = [];
  /** By the calls' numbers. */
  readonly errors: Map<number, JournalError> = new Map();
  readonly retries: Map<number, CallRetriedEntry[]> = new Map();
  rows = 0;
  retried = 0;
  #flags: Uint8Array = new Uint8Array(64);
  readonly #rowOf = new Map<number, number>();
  readonly #workerNumber = new Map<string, number>();

  /** @param since when the job was submitted, ms since the epoch */
  constructor(since: number) {
    this.since = since;
    const column = () => new Float64Array(64).fill(Number.NaN);
    this.numbers = {
      submitted: column(),
      invoked: column(),
      start: column(),
      done: column(),
      duration: column(),
      cpu: column(),
      memory: column(),
    };
  }

  /** The job has so many calls by now: those that nothing was told of yet have rows as well, unless there are too many. */
  grow(total: number): void {
    if (total > MOST_ROWS) return;
    for (let call = this.rows; call < total; call++) this.#ensureRow(call);
  }

  rowOf(call: number): number | undefined {
    return this.#rowOf.get(call);
  }

  stateOf(row: number): CallStateName {
    return CALL_STATES[this.state[row] ?? 0] ?? 'waiting';
  }

  workerOf(row: number): string | undefined {
    return this.workers[(this.worker[row] ?? 0) - 1];
  }

  /** Undefined where it is not known. */
  number(column: NumberColumn, row: number): number | undefined {
    const value = this.numbers[column][row];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  isCold(row: number): boolean {
    return ((this.#flags[row] ?? 0) & COLD) !== 0;
  }

  isCached(row: number): boolean {
    return ((this.#flags[row] ?? 0) & CACHED) !== 0;
  }

  started({ call, at, worker }: CallStartedEntry): void {
    const row = this.#ensureRow(call);
    if (row === undefined) return;
    this.state[row] = RUNNING;
    this.numbers.start[row] = at - this.since;
    if (worker !== undefined) this.worker[row] = this.#numberOf(worker);
  }

  wasRetried(entry: CallRetriedEntry): void {
    const row = this.#ensureRow(entry.call);
    this.retried++;
    if (row === undefined) return;
    this.state[row] = 0;
    this.attempts[row] = entry.attempt;
    this.numbers.start[row] = Number.NaN;
    if (this.retried > MOST_RETRIES) return;
    const all = this.retries.get(entry.call);
    if (all === undefined) this.retries.set(entry.call, [entry]);
    else all.push(entry);
  }

  ended({ call, state, stats, error }: CallEndedEntry): void {
    const row = this.#ensureRow(call);
    if (row === undefined) return;
    this.state[row] = codeOf(state);
    this.attempts[row] = Math.min(stats.attempts, 65_535);
    if (stats.worker !== undefined) this.worker[row] = this.#numberOf(stats.worker);
    this.#flags[row] = (stats.coldStart === true ? COLD : 0) | (stats.cached === true ? CACHED : 0);
    const { submitted, invoked, start, done, duration, cpu, memory } = this.numbers;
    submitted[row] = stats.hostSubmittedAt - this.since;
    invoked[row] = (stats.hostInvokedAt ?? Number.NaN) - this.since;
    start[row] = (stats.workerStartedAt ?? Number.NaN) - this.since;
    done[row] = (stats.hostDoneAt ?? Number.NaN) - this.since;
    duration[row] = stats.workerDuration ?? Number.NaN;
    cpu[row] = stats.workerCpuTime ?? Number.NaN;
    memory[row] = stats.workerPeakMemoryBytes ?? Number.NaN;
    if (error !== undefined) this.errors.set(call, error);
  }

  /** When the call ran, ms since submission; of one that runs, until `now`. Undefined unless it has begun. */
  span(row: number, now: number): { readonly from: number; readonly to: number } | undefined {
    const from = this.number('start', row);
    if (from === undefined) return undefined;
    if (this.state[row] === RUNNING) return { from, to: Math.max(from, now) };
    const duration = this.number('duration', row);
    const to = duration === undefined ? (this.number('done', row) ?? from) : from + duration;
    return { from, to: Math.max(from, to) };
  }

  #ensureRow(call: number): number | undefined {
    const known = this.#rowOf.get(call);
    if (known !== undefined) return known;
    if (this.rows >= MOST_ROWS + MOST_FAILED_ROWS) return undefined;
    const row = this.rows++;
    if (row >= this.call.length) this.#widen();
    this.call[row] = call;
    this.#rowOf.set(call, row);
    return row;
  }

  #widen(): void {
    const length = this.call.length * 2;
    this.call = copied(this.call, new Uint32Array(length));
    this.state = copied(this.state, new Uint8Array(length));
    this.attempts = copied(this.attempts, new Uint16Array(length));
    this.worker = copied(this.worker, new Uint32Array(length));
    this.#flags = copied(this.#flags, new Uint8Array(length));
    for (const name of NUMBER_COLUMNS)
      this.numbers[name] = copied(this.numbers[name], new Float64Array(length).fill(Number.NaN));
  }

  #numberOf(worker: string): number {
    let number = this.#workerNumber.get(worker);
    if (number === undefined) {
      number = this.workers.push(worker);
      this.#workerNumber.set(worker, number);
    }
    return number;
  }
}

function codeOf(state: CallEndedEntry['state']): number {
  const name = state === 'new' || state === 'invoked' ? 'waiting' : state;
  return CALL_STATES.indexOf(name);
}

function copied<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
