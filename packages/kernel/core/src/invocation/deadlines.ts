import { TimeoutError } from '../errors/timeout-error.ts';
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
    if (job.options.timeoutMs === undefined || this.#timers.has(job)) return;
    this.#arm(job, job.options.timeoutMs);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #arm(job: Job, timeoutMs: number): void {
    const next = job.timed.peek();
    if (next === undefined) {
      this.#timers.delete(job);
      return;
    }
    const due = next.submittedAt + timeoutMs;
    const delay = Math.min(Math.max(0, due - now()), LONGEST_TIMER_MS);
    const timer = setTimeout(() => {
      // Results that arrived while the process was busy are read first; they were in time.
      if (now() - due > LATE_MS) setImmediate(() => setImmediate(() => this.#check(job, timeoutMs)));
      else this.#check(job, timeoutMs);
    }, delay);
    this.#timers.set(job, timer.unref());
  }

  #check(job: Job, timeoutMs: number): void {
    if (!this.#timers.has(job)) return;
    const expired: Call[] = [];
    for (
      let call = job.timed.peek();
      call !== undefined && call.submittedAt + timeoutMs <= now();
      call = job.timed.peek()
    ) {
      job.timed.shift();
      call.fail(timeoutError(call, timeoutMs), 'error');
      expired.push(call);
    }
    if (expired.length > 0) this.#expire(expired);
    this.#arm(job, timeoutMs);
  }
}

function timeoutError(call: Call, timeoutMs: number): TimeoutError {
  const phase = call.state === 'running' ? 'running' : call.state === 'invoked' ? 'invoked' : 'queued';
  const where = { running: 'while it ran', invoked: 'after it was sent to a worker', queued: 'before it could start' }[
    phase
  ];
  return new TimeoutError(
    `call ${call.callId} of ${call.owner.functionName} was given ${timeoutMs / 1000} s from its submission, which ended ${where}`,
    { phase },
  );
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
