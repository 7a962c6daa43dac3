import type { Call, CallState } from '../future/call.ts';
import { type CallMeasurements, toStats } from '../future/call-stats.ts';
import { type CallRecord, type EarlierAttempt, earlierAttempts, errorName } from './call-record.ts';

/** Calls that share a block. */
const BLOCK = 256;
/** So many of the newest calls are remembered: 13 MB. */
export const MOST_CALLS = 150_000;

/** Numbers of a call: {@link Call.writeNumbers}. */
const NUMBERS = 10;
/** Small numbers of a call: places of its job and its worker in the block's lists, attempts, flags. */
const SMALLS = 4;
const STATES: readonly CallState[] = ['success', 'error', 'cancelled'];
/** Flags: the state in the lowest two bits. */
const STATE = 3;
const COLD = 4;
const CACHED = 8;
const NO_WORKER = 0xffff;
const MOST_ATTEMPTS = 0xffff;

/** What is kept of a call that has ended. */
export interface SettledCall extends CallMeasurements {
  /** Number within its job, from 0. */
  readonly index: number;
  readonly state: CallState;
}

/**
 * How the newest calls of an executor went, kept when the calls, their values and their jobs are forgotten. Plain numbers in
 * blocks, because every call pays for it: some dozen ns, and 90 bytes that no collector has to look into.
 */
export class SettledCalls {
  readonly #executorId: string;
  readonly #blocks: Block[] = [];
  /** Blocks that were used again for newer calls. */
  #forgotten = 0;
  #newest: Block | undefined;

  constructor(executorId: string) {
    this.#executorId = executorId;
  }

  /** A call of the executor that has ended. */
  add(call: Call): void {
    let block = this.#newest;
    if (block === undefined || block.length === BLOCK) {
      // Those of the oldest calls are used again: thrown away, they would wait long for a collector.
      const oldest = this.#blocks.length < MOST_CALLS / BLOCK ? undefined : this.#blocks.shift();
      if (oldest !== undefined) this.#forgotten++;
      oldest?.clear();
      block = oldest ?? new Block();
      this.#newest = block;
      this.#blocks.push(block);
    }
    block.add(call);
  }

  /** So many have ended so far: the place of the next one. */
  get count(): number {
    return (this.#forgotten + Math.max(0, this.#blocks.length - 1)) * BLOCK + (this.#newest?.length ?? 0);
  }

  /** The call that was added as the one of this place, from 0; undefined when it is forgotten. */
  at(place: number): SettledCall | undefined {
    return this.#blocks[Math.floor(place / BLOCK) - this.#forgotten]?.call(place % BLOCK);
  }

  /** In the order in which they ended. */
  *records(): Iterable<CallRecord> {
    for (const block of this.#blocks)
      for (let row = 0; row < block.length; row++) yield { executorId: this.#executorId, ...block.record(row) };
  }
}

class Block {
  length = 0;
  readonly #numbers = new Float64Array(BLOCK * NUMBERS);
  readonly #smalls = new Uint16Array(BLOCK * SMALLS);
  /** By name: a job that was held here would hold its function. */
  readonly #jobs: { readonly jobId: string; readonly functionName: string }[] = [];
  readonly #jobPlaces = new Map<string, number>();
  readonly #workers: string[] = [];
  /** Of calls that did not just succeed. */
  readonly #troubles = new Map<number, Pick<CallRecord, 'error' | 'earlier'>>();

  clear(): void {
    this.length = 0;
    this.#jobs.length = 0;
    this.#jobPlaces.clear();
    this.#workers.length = 0;
    this.#troubles.clear();
  }

  add(call: Call): void {
    const row = this.length++;
    call.writeNumbers(this.#numbers, row * NUMBERS);
    const smalls = this.#smalls;
    let small = row * SMALLS;
    smalls[small++] = this.#jobPlace(call);
    smalls[small++] = this.#workerPlace(call.worker);
    smalls[small++] = Math.min(call.attempts, MOST_ATTEMPTS);
    smalls[small++] = STATES.indexOf(call.state) | (call.coldStart === true ? COLD : 0) | (call.cached ? CACHED : 0);
    if (call.state !== 'success' || call.earlier.length > 0) this.#troubles.set(row, troublesOf(call));
  }

  call(row: number): SettledCall {
    const at = row * NUMBERS;
    const small = row * SMALLS;
    const flags = this.#smalls[small + 3] ?? 0;
    const startedAt = this.#number(at + 4);
    const cpuTime = this.#number(at + 6);
    return {
      index: this.#numbers[at] ?? 0,
      state: STATES[flags & STATE] ?? 'success',
      submittedAt: this.#numbers[at + 1] ?? 0,
      invokedAt: this.#number(at + 2),
      doneAt: this.#number(at + 3),
      startedAt,
      duration: this.#number(at + 5),
      cpuTime,
      peakMemoryBytes: this.#number(at + 7),
      bytesIn: this.#number(at + 8),
      bytesOut: this.#number(at + 9),
      worker: this.#workers[this.#smalls[small + 1] ?? NO_WORKER],
      attempts: this.#smalls[small + 2] ?? 0,
      coldStart: startedAt === undefined || cpuTime === undefined ? undefined : (flags & COLD) !== 0,
      cached: (flags & CACHED) !== 0,
    };
  }

  record(row: number): Omit<CallRecord, 'executorId'> {
    const { index, state, ...measured } = this.call(row);
    const job = this.#jobs[this.#smalls[row * SMALLS] ?? 0];
    return {
      jobId: job?.jobId ?? '',
      callId: String(index).padStart(5, '0'),
      functionName: job?.functionName ?? '',
      state,
      ...toStats(measured),
      ...this.#troubles.get(row),
    };
  }

  #number(at: number): number | undefined {
    const number = this.#numbers[at];
    return Number.isNaN(number) ? undefined : number;
  }

  #jobPlace({ owner }: Call): number {
    const { jobId, functionName } = owner;
    if (this.#jobs.at(-1)?.jobId === jobId) return this.#jobs.length - 1;
    const known = this.#jobPlaces.get(jobId);
    if (known !== undefined) return known;
    const place = this.#jobs.push({ jobId, functionName }) - 1;
    this.#jobPlaces.set(jobId, place);
    return place;
  }

  #workerPlace(worker: string | undefined): number {
    if (worker === undefined) return NO_WORKER;
    const place = this.#workers.indexOf(worker);
    return place >= 0 ? place : this.#workers.push(worker) - 1;
  }
}

function troublesOf(call: Call): Pick<CallRecord, 'error' | 'earlier'> {
  const earlier: readonly EarlierAttempt[] = earlierAttempts(call);
  return {
    ...(call.error !== undefined && { error: errorName(call.error) }),
    ...(earlier.length > 0 && { earlier }),
  };
}
