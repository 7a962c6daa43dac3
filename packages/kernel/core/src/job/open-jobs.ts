import type { Job } from './job.ts';

/** So many jobs that are done stay in memory with those that are not. */
const FEW_JOBS = 32;

/** The jobs of an executor that are not done. */
export class OpenJobs {
  readonly #jobs: Job[] = [];
  #limit = FEW_JOBS;

  /** Adds a job; once. */
  add(job: Job): void {
    if (this.#jobs.length >= this.#limit) {
      this.#forgetDone();
      this.#limit = Math.max(FEW_JOBS, 2 * this.#jobs.length); // so rarely that it costs nothing
    }
    // After the others were looked at: it has no calls yet.
    this.#jobs.push(job);
  }

  /** Jobs with calls that are not done or still to come. */
  unfinished(): readonly Job[] {
    this.#forgetDone();
    return [...this.#jobs];
  }

  #forgetDone(): void {
    let kept = 0;
    for (const job of this.#jobs) if (job.open.size > 0 || job.filling) this.#jobs[kept++] = job;
    this.#jobs.length = kept;
  }
}
