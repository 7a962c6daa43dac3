import { epochMs } from '../epoch-ms.ts';
import { TimeoutError, type TimeoutPhase } from '../errors/timeout-error.ts';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';

/** Fires late by more than this: the process was busy, and results may be waiting to be read. */
const LATE_MS = 20;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends calls whose time since submission is over, whether they wait, run, or never started. */
export class Deadlines {
  readonly #expire: (calls: readonly Call[]) => void;
  readonly #timers = new Map<Job, NodeJS.Timeout>();

  /** `expire` is given the calls to be ended; they are settled already. */
  constructor(expire: (calls: readonly Call[]) => void) {
    this.#expire = expire;
  }

  /** Watches a job's calls, those added later included. */
  watch(job: Job): void {
    if (job.limited && !this.#timers.has(job)) this.#arm(job);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #arm(job: Job): void {
    const next = job.timed.peek();
    if (next === undefined) {
      this.#timers.delete(job);
      return;
    }
    const due = limitOf(job, next).at;
    const delay = Math.min(Math.max(0, due - epochMs()), LONGEST_TIMER_MS);
    const timer = setTimeout(() => {
      // Results that arrived while the process was busy are read first; they were in time.
      if (epochMs() - due > LATE_MS) setImmediate(() => setImmediate(() => this.#check(job)));
      else this.#check(job);
    }, delay);
    this.#timers.set(job, timer.unref());
  }

  #check(job: Job): void {
    if (!this.#timers.has(job)) return;
    const expired: Call[] = [];
    for (let call = job.timed.peek(); call !== undefined; call = job.timed.peek()) {
      const limit = limitOf(job, call);
      if (limit.at > epochMs()) break;
      job.timed.advance();
      call.fail(timeoutError(call, limit, phaseOf(call)), 'error');
      expired.push(call);
    }
    if (expired.length > 0) this.#expire(expired);
    this.#arm(job);
  }
}

/** Workers leave the decision to a client that is there, whose clock counts. */
const WORKER_GRACE_MS = 500;

/** Clocks differ, and a worker counts from when it was asked. */
const WORKER_EARLY_MS = 250;

/** How long a worker may work on these calls of a job at the most, in ms; undefined when that is not limited. */
export function workerLimit(job: Job, calls: readonly Call[]): number | undefined {
  if (!job.limited || calls.length === 0) return undefined;
  const last = Math.max(...calls.map((call) => limitOf(job, call).at));
  return Math.max(0, Math.ceil(last - epochMs())) + WORKER_GRACE_MS;
}

/** Whether the time of a call is over, or so nearly that its worker may have been the first to notice. */
export function isExpired(job: Job, call: Call): boolean {
  return limitOf(job, call).at - epochMs() < WORKER_EARLY_MS;
}

/** What a call ends with whose worker says that its time was over. */
export function expiredError(job: Job, call: Call, phase: TimeoutPhase): TimeoutError {
  return timeoutError(call, limitOf(job, call), phase);
}

interface Limit {
  /** ms since the epoch. */
  readonly at: number;
  readonly told: string;
}

/** What ends first: the call's own time or its job's. */
function limitOf(job: Job, call: Call): Limit {
  const { timeoutMs = Number.POSITIVE_INFINITY, jobTimeoutMs = Number.POSITIVE_INFINITY } = job.options;
  const ownEnd = Math.max(call.submittedAt, job.resumedAt) + timeoutMs;
  const jobEnd = job.progress.submittedAt + jobTimeoutMs;
  return ownEnd <= jobEnd
    ? { at: ownEnd, told: `was given ${timeoutMs / 1000} s from its submission` }
    : { at: jobEnd, told: `belongs to a job that was given ${jobTimeoutMs / 1000} s` };
}

function phaseOf({ state }: Call): TimeoutPhase {
  return state === 'running' || state === 'invoked' ? state : 'queued';
}

const WHERE: Readonly<Record<TimeoutPhase, string>> = {
  running: 'while it ran',
  invoked: 'after it was sent to a worker',
  queued: 'before it could start',
  wait: 'while it was waited for',
};

function timeoutError(call: Call, limit: Limit, phase: TimeoutPhase): TimeoutError {
  const where = WHERE[phase];
  return new TimeoutError(`call ${call.callId} of ${call.owner.functionName} ${limit.told}, which ended ${where}`, {
    phase,
  });
}
