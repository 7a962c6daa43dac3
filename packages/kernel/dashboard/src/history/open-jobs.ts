import type { JournalLibrary } from './journal-library.ts';
import { OpenJob } from './open-job.ts';

/** So many jobs are held with their calls; of those that nobody looks at the ones longest not asked for go first. */
const MOST_OPEN = 4;
/** And after so long without being asked for, ms. */
const IDLE_MS = 60_000;

/** Jobs that somebody looks at. */
export class OpenJobs implements AsyncDisposable {
  readonly #library: JournalLibrary;
  readonly #open = new Map<string, OpenJob>();
  readonly #timer: NodeJS.Timeout;

  constructor(library: JournalLibrary) {
    this.#library = library;
    this.#timer = setInterval(() => this.#letGo(), IDLE_MS / 4);
    this.#timer.unref();
  }

  /** So many are held. */
  get size(): number {
    return this.#open.size;
  }

  /** Undefined when there is no such job. */
  get(executorId: string, jobId: string): OpenJob | undefined {
    const id = `${executorId}/${jobId}`;
    let job = this.#open.get(id);
    if (job === undefined) {
      const journal = this.#library.find(executorId, jobId);
      const summary = journal?.summary(jobId);
      if (journal === undefined || summary === undefined) return undefined;
      job = new OpenJob(journal, summary);
      this.#open.set(id, job);
      this.#letGo();
    }
    job.usedAt = performance.now();
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled(Array.from(this.#open.values(), (job) => job[Symbol.asyncDispose]()));
  }

  #letGo(): void {
    const unwatched = [...this.#open.values()].filter(({ watchers }) => watchers === 0);
    unwatched.sort((a, b) => b.usedAt - a.usedAt);
    const held = Math.max(MOST_OPEN - (this.#open.size - unwatched.length), 1);
    for (const [rank, job] of unwatched.entries()) {
      if (rank < held && performance.now() - job.usedAt < IDLE_MS) continue;
      this.#open.delete(job.id);
      void job[Symbol.asyncDispose]();
    }
  }
}
