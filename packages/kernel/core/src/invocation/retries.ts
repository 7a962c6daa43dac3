import type { CallTimes } from '@lithops/worker';
import { epochMs } from '../epoch-ms.ts';
import { CancelledError } from '../errors/cancelled-error.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import { WorkerLostError } from '../errors/worker-lost-error.ts';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { EventConsequences } from './apply-event.ts';
import type { Attempt } from './attempt.ts';
import { unansweredError } from './invocation-failures.ts';
import { retryDelay } from './retry-delay.ts';

/** What the invoker lets retries see and do. */
export interface RetryContext {
  /** Whether another attempt than this one is at work on the call. */
  runsElsewhere(call: Call, attempt: Attempt): boolean;
  /** Some calls of the job are ready again. */
  submit(job: Job): void;
}

/**
 * Decides on calls whose attempt gave no result: those that failed are tried again as often as their job asks for, and fail
 * then; those that were not at fault are back in line at once, and the attempt does not count.
 */
export class Retries implements EventConsequences {
  readonly #context: RetryContext;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(context: RetryContext) {
    this.#context = context;
  }

  /** The attempt of this call failed. */
  failed(attempt: Attempt, call: Call, error: unknown, times?: CallTimes): void {
    if (call.done) return;
    const job = call.owner as Job; // every call of an attempt belongs to a job
    const { retries, retryOn } = job.options;
    const raced = this.#context.runsElsewhere(call, attempt);
    if (!raced && (call.failures >= retries || !retryOn(error))) {
      call.fail(error, 'error', times);
      return;
    }
    const worker = times?.worker;
    call.attempted({
      invokedAt: attempt.invokedAt,
      endedAt: epochMs(),
      outcome: 'failed',
      error,
      ...(worker !== undefined && { worker }),
    });
    if (raced) return;
    job.observers?.callRetried(job.progress, call, error);
    call.requeued();
    this.#retryLater(job, call);
  }

  /** These calls came back without having been started. */
  returned(attempt: Attempt, indices: readonly number[]): void {
    const calls = indices.map((index) => attempt.answered(index)).filter((call) => call?.done === false) as Call[]; // filtered
    this.#requeue(attempt.job, calls);
  }

  /** One of these calls is why the attempt failed: each travels alone from now on, to find out which. */
  suspected(attempt: Attempt, indices: readonly number[]): void {
    for (const index of indices) isolate(attempt.expected(index));
    this.returned(attempt, indices);
  }

  /** Nothing more comes from an attempt. @param failure undefined when it ended by itself, or was stopped */
  ended(attempt: Attempt, failure: unknown): void {
    const left = attempt.unanswered().filter((call) => !call.done && !this.#context.runsElsewhere(call, attempt));
    if (left.length === 0) return;
    if (attempt.stopped) this.#requeue(attempt.job, left);
    else if (failure instanceof WorkerLostError) this.#workerLost(attempt, left, failure);
    else if (failure instanceof CancelledError) for (const call of left) call.fail(failure, 'cancelled');
    else {
      const cause = failure ?? unansweredError(attempt.job, left);
      const error = cause instanceof Error ? cause : new InvocationError(String(cause));
      for (const call of left) this.failed(attempt, call, error);
    }
  }

  /** What waits for another attempt is not tried again. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Only the call that ran is at fault. Where nobody knows which that was, each that it may have been travels alone from now on, to find out. */
  #workerLost(attempt: Attempt, left: readonly Call[], failure: WorkerLostError): void {
    const { runningCall, suspects = runningCall === undefined ? [] : [runningCall] } = failure;
    const suspected = left.filter((call) => suspects.includes(call.index));
    const candidates = suspected.length === 0 ? left : suspected;
    const culprit = candidates.length === 1 ? candidates[0] : undefined;
    if (culprit === undefined) for (const call of candidates) isolate(call);
    this.#requeue(
      attempt.job,
      left.filter((call) => call !== culprit),
    );
    if (culprit !== undefined) this.failed(attempt, culprit, failure);
  }

  #retryLater(job: Job, call: Call): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      job.ready.unshift([call]);
      this.#context.submit(job);
    }, retryDelay(call.attempts));
    this.#timers.add(timer);
  }

  #requeue(job: Job, calls: readonly Call[]): void {
    if (calls.length === 0) return;
    for (const call of calls) {
      call.attempts--;
      call.requeued();
    }
    job.ready.unshift(calls);
    this.#context.submit(job);
  }
}

function isolate(call: Call | undefined): void {
  if (call !== undefined) call.isolated = true;
}
