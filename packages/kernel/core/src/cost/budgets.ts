import { BudgetExceededError } from '../errors/budget-exceeded-error.ts';
import type { Attempt } from '../invocation/attempt.ts';
import type { Job } from '../job/job.ts';
import type { JobCost, JobProgress } from '../job/job-progress.ts';
import type { PriceModel } from '../plugin/price-model.ts';
import { attemptCost, openAttemptCost } from './attempt-cost.ts';

const LOOK_MS = 250;

/** What the invoker lets budgets see and do. */
export interface BudgetContext {
  attempts(): readonly Attempt[];
  /** Ends every call of a job that is not done. */
  end(job: Job, error: BudgetExceededError): void;
}

/** What jobs cost; ends them before they cost more than they may. */
export class Budgets {
  /** Undefined while there are none. */
  pricing: PriceModel | undefined;
  readonly #context: BudgetContext;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: BudgetContext) {
    this.#context = context;
  }

  /** Whether one more invocation of this job, as long as its calls are so far, would be within its budget. Ends the job where not. */
  allows(job: Job): boolean {
    const { pricing } = this;
    const { budget, runtimeMemory } = job.options;
    if (pricing === undefined || budget === undefined) return true;
    const memory = runtimeMemory !== undefined && { memory: runtimeMemory };
    const expected = pricing.costOf({ billedMs: job.typicalDuration ?? 0, ...memory });
    if (this.#spent(job, pricing, expected) + expected <= budget) return true;
    this.#context.end(job, exceeded(job, pricing));
    return false;
  }

  /** Adds what an invocation that has ended cost to the costs of its job. */
  charge(attempt: Attempt): void {
    if (this.pricing !== undefined) attempt.job.progress.cost += attemptCost(attempt, this.pricing);
  }

  /** What a job's invocations that are under way cost at the least; undefined where nobody knows. */
  openCost(progress: JobProgress): JobCost | undefined {
    const { pricing } = this;
    if (pricing === undefined) return undefined;
    let amount = 0;
    for (const attempt of this.#context.attempts())
      if (attempt.job.progress === progress) amount += openAttemptCost(attempt, pricing);
    return { amount, currency: pricing.currency };
  }

  /** Looks after calls that run, as long as there are some with a budget. */
  watch(): void {
    if (this.#timer !== undefined || this.pricing === undefined || !this.#needed()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.watch();
    }, LOOK_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #needed(): boolean {
    return this.#context.attempts().some(({ job }) => job.options.budget !== undefined);
  }

  #look(): void {
    const { pricing } = this;
    if (pricing === undefined) return;
    for (const job of this.#jobs())
      if (this.#spent(job, pricing, 0) > (job.options.budget ?? Number.POSITIVE_INFINITY))
        this.#context.end(job, exceeded(job, pricing));
  }

  /** What has been spent, and what is being spent: each invocation under way takes as long as others did, or longer. */
  #spent(job: Job, pricing: PriceModel, expected: number): number {
    let spent = job.progress.cost;
    for (const attempt of this.#context.attempts())
      if (attempt.job === job) spent += Math.max(expected, openAttemptCost(attempt, pricing));
    return spent;
  }

  #jobs(): Set<Job> {
    const jobs = new Set<Job>();
    for (const { job } of this.#context.attempts()) if (job.options.budget !== undefined) jobs.add(job);
    return jobs;
  }
}

function exceeded(job: Job, { currency }: PriceModel): BudgetExceededError {
  const { ended, calls, cost } = job.progress;
  return new BudgetExceededError(
    `job ${job.key} of ${job.functionName} was ended before it costs more than ${job.options.budget} ${currency}`,
    { hint: `${ended} of ${calls} calls had ended, for about ${cost.toPrecision(3)} ${currency}; raise budget` },
  );
}
