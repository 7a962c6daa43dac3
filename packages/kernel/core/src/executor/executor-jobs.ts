import type { Call } from '../future/call.ts';
import { ResponseFuture } from '../future/response-future.ts';
import type { Job } from '../job/job.ts';
import type { JobProgress } from '../job/job-progress.ts';
import { type JobSummary, summarize } from './job-summary.ts';

/** `A`: of `callAsync`. `M`: of `map` and `mapStream`. `R`: the reduce of `mapReduce`. */
export type JobKind = 'A' | 'M' | 'R';

/** So many jobs that are done stay in memory with those that are not. */
const FEW_JOBS = 32;
/** How many of the newest jobs `summaries` tells of. */
const SUMMARISED_JOBS = 1000;

/** The jobs of one executor, and the futures whose results nobody has fetched yet. */
export class ExecutorJobs {
  readonly #progress: JobProgress[] = [];
  readonly #open = new Set<Job>();
  #openLimit = FEW_JOBS;
  readonly #unfetched = new Map<Call, ResponseFuture<unknown>>();
  readonly #numbers = { A: 0, M: 0, R: 0 };
  readonly #forget = (call: Call): void => {
    this.#unfetched.delete(call);
  };

  /** The next job's id: `M000`. */
  nextId(kind: JobKind): string {
    return `${kind}${String(this.#numbers[kind]++).padStart(3, '0')}`;
  }

  add(job: Job): void {
    job.onFetched = this.#forget;
    this.#progress.push(job.progress);
    this.#open.add(job);
    if (this.#open.size > this.#openLimit) this.#openLimit = Math.max(FEW_JOBS, 2 * this.unfinished().size); // so rarely that it costs nothing
    if (this.#progress.length > SUMMARISED_JOBS) this.#progress.shift();
  }

  /** Adds a job of another process, whose id is taken from now on. */
  adopt(job: Job): void {
    this.add(job);
    const kind = job.jobId[0] as JobKind; // as such ids are made
    this.#numbers[kind] = Math.max(this.#numbers[kind], Number(job.jobId.slice(1)) + 1);
  }

  /** Jobs with calls that are not done or still to come; those that are done are forgotten. */
  unfinished(): ReadonlySet<Job> {
    for (const job of this.#open) if (job.open.size === 0 && !job.filling) this.#open.delete(job);
    return this.#open;
  }

  summaries(): JobSummary[] {
    return this.#progress.map(summarize);
  }

  /** The future of a call whose result is the user's to fetch. */
  future<Result>(call: Call): ResponseFuture<Result> {
    const future = new ResponseFuture<Result>(call);
    this.notice(future);
    return future;
  }

  /** Its result is the user's to fetch. */
  notice(future: ResponseFuture<unknown>): void {
    this.#unfetched.set(ResponseFuture.callOf(future), future);
  }

  /** Futures whose results have not been fetched. */
  pending(): ResponseFuture<unknown>[] {
    return [...this.#unfetched.values()];
  }
}
