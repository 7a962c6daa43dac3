import { NumberedItems } from '../collections/numbered-items.ts';
import type { Call } from '../future/call.ts';
import { ResponseFuture } from '../future/response-future.ts';
import type { Job } from '../job/job.ts';
import type { JobCost, JobProgress } from '../job/job-progress.ts';
import type { OpenJobs } from '../job/open-jobs.ts';
import { type CallRecord, recordOf } from '../stats/call-record.ts';
import { SettledCalls } from '../stats/settled-calls.ts';
import { type JobSummary, summarize } from './job-summary.ts';

/** `A`: of `callAsync`. `M`: of `map` and `mapStream`. `R`: the reduce of `mapReduce`. */
export type JobKind = 'A' | 'M' | 'R';

/** How many of the newest jobs `summaries` tells of. */
const SUMMARISED_JOBS = 1000;

/** The jobs of one executor, and the futures whose results nobody has fetched yet. */
export class ExecutorJobs {
  readonly #progress: JobProgress[] = [];
  readonly #open: OpenJobs;
  /** By the numbers that their calls got here. */
  readonly #unfetched = new NumberedItems<ResponseFuture<unknown>>();
  #noticed = 0;
  readonly #numbers = { A: 0, M: 0, R: 0 };
  readonly #forget = (call: Call): void => {
    if (call.noticedAs !== undefined) this.#unfetched.delete(call.noticedAs);
  };

  /** How those of its calls went that have ended. */
  readonly settled: SettledCalls;
  readonly #keep = (call: Call): void => this.settled.add(call);

  constructor(executorId: string, open: OpenJobs) {
    this.#open = open;
    this.settled = new SettledCalls(executorId);
  }

  /** The next job's id: `M000`. */
  nextId(kind: JobKind): string {
    return `${kind}${String(this.#numbers[kind]++).padStart(3, '0')}`;
  }

  add(job: Job): void {
    job.onFetched = this.#forget;
    job.onEnded = this.#keep;
    this.#progress.push(job.progress);
    this.#open.add(job);
    job.observers?.jobStarted(job.progress);
    const environment = job.observers?.taskEnvironment(job.progress);
    if (environment !== undefined) job.env = { ...environment, ...job.env };
    if (this.#progress.length > SUMMARISED_JOBS) this.#progress.shift();
  }

  /** Adds a job of another process, whose id is taken from now on. */
  adopt(job: Job): void {
    this.add(job);
    const kind = job.jobId[0] as JobKind; // as such ids are made
    this.#numbers[kind] = Math.max(this.#numbers[kind], Number(job.jobId.slice(1)) + 1);
  }

  /** @param openCost what the invocations of a job that are under way cost */
  summaries(openCost: (progress: JobProgress) => JobCost | undefined): JobSummary[] {
    return Array.from(this.#progress, (progress) => summarize(progress, openCost(progress)));
  }

  /** How the calls went and go: the newest of those that have ended, and all others. */
  records(): CallRecord[] {
    const open = this.#open.unfinished().flatMap((job) => Array.from(job.open, recordOf));
    return [...this.settled.records(), ...open];
  }

  /** The future of a call whose result is the user's to fetch. */
  future<Result>(call: Call): ResponseFuture<Result> {
    const future = new ResponseFuture<Result>(call);
    this.notice(future);
    return future;
  }

  /** Its result is the user's to fetch. */
  notice(future: ResponseFuture<unknown>): void {
    const call = ResponseFuture.callOf(future);
    call.noticedAs ??= this.#noticed++;
    this.#unfetched.add(call.noticedAs, future);
  }

  /** Futures whose results have not been fetched. */
  pending(): ResponseFuture<unknown>[] {
    return [...this.#unfetched];
  }
}
