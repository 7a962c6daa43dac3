import { Fifo } from '../collections/fifo.ts';
import type { Job } from '../job/job.ts';

/** Those of one priority, in turn. */
interface Lane {
  readonly priority: number;
  readonly jobs: Fifo<Job>;
}

/** Jobs in line for workers: those of higher priority first, and first come first served among equals. Each stands in it once. */
export class JobLine {
  /** Of the usual priority, 0. */
  readonly #usual = new Fifo<Job>();
  /** All lanes, the highest first; only where a job has another priority. */
  #lanes: Lane[] | undefined;

  /** Puts a job at the end of those of its priority, unless it is in line. */
  push(job: Job): void {
    if (job.inLine) return;
    job.inLine = true;
    const { priority = 0 } = job.options;
    (priority === 0 ? this.#usual : this.#laneOf(priority)).push(job);
  }

  /** Takes the first job; it may have no call ready any more. */
  shift(): Job | undefined {
    const job = this.#first().shift();
    if (job !== undefined) job.inLine = false;
    return job;
  }

  /** Whether any job has a call ready. Lets go of those before it, which have none any more. */
  anyReady(): boolean {
    for (let job = this.#first().peek(); job !== undefined; job = this.#first().peek()) {
      if (job.ready.peek() !== undefined) return true;
      this.shift();
    }
    return false;
  }

  #first(): Fifo<Job> {
    if (this.#lanes === undefined) return this.#usual;
    const first = this.#lanes.find(({ jobs }) => jobs.length > 0);
    // There may be as many priorities as jobs.
    if (first === undefined) this.#lanes = undefined;
    return first?.jobs ?? this.#usual;
  }

  #laneOf(priority: number): Fifo<Job> {
    this.#lanes ??= [{ priority: 0, jobs: this.#usual }];
    const known = this.#lanes.find((lane) => lane.priority === priority);
    if (known !== undefined) return known.jobs;
    const jobs = new Fifo<Job>();
    const others = this.#lanes.filter((lane) => lane.jobs.length > 0 || lane.priority === 0);
    this.#lanes = [...others, { priority, jobs }].sort((a, b) => b.priority - a.priority);
    return jobs;
  }
}
