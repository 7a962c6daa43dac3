import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { Attempt } from './attempt.ts';

/** What the invoker lets speculation see and do. */
export interface SpeculationContext {
  /** Whether workers stand idle and no call is ready for them. */
  idle(): boolean;
  attempts(): readonly Attempt[];
  /** Runs the call of an attempt on another worker too. Undefined when that is not possible now. */
  runCopy(attempt: Attempt, call: Call): Attempt | undefined;
  /** The result is there: stops what is left of the work on it. */
  stopWork(call: Call): void;
}

const LOOK_MS = 50;

/**
 * Runs the slowest calls at the end of a job a second time on idle workers; the first result wins. As in MapReduce
 * (https://research.google/pubs/mapreduce-simplified-data-processing-on-large-clusters/, section 3.6).
 */
export class Speculation {
  readonly #context: SpeculationContext;
  readonly #races = new Map<Call, readonly [original: Attempt, copy: Attempt]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: SpeculationContext) {
    this.#context = context;
  }

  /** Looks after jobs that ask for it, as long as there are idle workers beside them. */
  watch(): void {
    if (this.#timer !== undefined || !this.#needed()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.watch();
    }, LOOK_MS).unref();
  }

  /** Whether another attempt than this one is at work on the call. */
  runsElsewhere(call: Call, attempt: Attempt): boolean {
    const race = this.#races.get(call);
    if (race === undefined) return false;
    return race.some((other) => other !== attempt && worksOn(other, call));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #needed(): boolean {
    if (!this.#context.idle()) return false;
    for (const { job } of this.#context.attempts()) if (job.options.speculation !== undefined) return true;
    return false;
  }

  #look(): void {
    const now = performance.now();
    const keptWaiting = this.#keptWaiting();
    for (const attempt of [...this.#context.attempts()]) {
      if (!this.#context.idle()) return;
      const { job, lastEventAt, run } = attempt;
      const limit = slowFrom(job, keptWaiting.get(job) ?? 0);
      if (limit === undefined || attempt.stopped || now - lastEventAt < limit) continue;
      // A batch of many is broken up by recalls first, where there are any.
      if (attempt.size > 1 && run?.recall !== undefined) continue;
      for (const call of attempt.unanswered()) {
        if (!this.#context.idle()) return;
        if (!call.done && !this.runsElsewhere(call, attempt)) this.#race(attempt, call);
      }
    }
  }

  /** How many calls of each job cannot end before another of their invocation has, where none can be given back. */
  #keptWaiting(): ReadonlyMap<Job, number> {
    const waiting = new Map<Job, number>();
    for (const { job, size, run } of this.#context.attempts())
      if (size > 1 && run?.recall === undefined) waiting.set(job, (waiting.get(job) ?? 0) + size - 1);
    return waiting;
  }

  #race(original: Attempt, call: Call): void {
    const copy = this.#context.runCopy(original, call);
    if (copy === undefined) return;
    const race = [original, copy] as const;
    this.#races.set(call, race);
    call.onDone(() => {
      // Not the last race of a call that was tried again after both had failed.
      if (this.#races.get(call) !== race) return;
      this.#races.delete(call);
      for (const attempt of race) {
        if (attempt.expects(call))
          call.attempted({ invokedAt: attempt.invokedAt, endedAt: Date.now(), outcome: 'overtaken' });
        else call.answeredFrom(attempt.invokedAt);
      }
      this.#context.stopWork(call);
    });
  }
}

function worksOn(attempt: Attempt, call: Call): boolean {
  return !attempt.ended && !attempt.stopped && attempt.expects(call);
}

/** ms from which a call of the job counts as slow; undefined while none does. */
function slowFrom(job: Job, keptWaiting: number): number | undefined {
  const { speculation } = job.options;
  if (speculation === undefined) return undefined;
  const { quantile = 0.75, multiplier = 1.5, minimumMs = 100 } = speculation;
  const { calls, ended } = job.progress;
  // One that never ends must not keep the share from being reached by those behind it.
  if (ended < 1 || ended + keptWaiting < quantile * calls) return undefined;
  const median = job.durations?.median();
  return median === undefined ? undefined : Math.max(minimumMs, multiplier * median);
}
