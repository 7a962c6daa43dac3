import { epochMs } from '../epoch-ms.ts';
import { endLine, plainLine } from './bar-line.ts';
import { JobViewer } from './job-view.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { isOver, type ShownJob } from './shown-job.ts';

/** A job has its first line after so long, ms; each later one after twice the time, but once a minute. */
const FIRST_LINE_MS = 5000;
const MOST_MS = 60_000;

/** Says now and then how far jobs have come: for logs, which nobody looks at while they are written. */
export class LinesDisplay implements ProgressDisplay {
  readonly #print: (line: string) => void;
  readonly #jobs = new Map<ShownJob, { readonly viewer: JobViewer; nextAt: number; pauseMs: number; said: boolean }>();

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  update(jobs: readonly ShownJob[]): void {
    const now = epochMs();
    for (const job of this.#jobs.keys()) if (!jobs.includes(job) && isOver(job)) this.#end(job);
    for (const job of jobs) {
      let entry = this.#jobs.get(job);
      if (entry === undefined) {
        const nextAt = job.progress.submittedAt + FIRST_LINE_MS;
        entry = { viewer: new JobViewer(job), nextAt, pauseMs: FIRST_LINE_MS, said: false };
        this.#jobs.set(job, entry);
      }
      const view = entry.viewer.look(now);
      if (now < entry.nextAt) continue;
      this.#print(plainLine(view));
      entry.said = true;
      entry.nextAt = now + entry.pauseMs;
      entry.pauseMs = Math.min(MOST_MS, 2 * entry.pauseMs);
    }
  }

  end(job: ShownJob): void {
    for (const each of this.#jobs.keys()) if (each === job || isOver(each)) this.#end(each);
  }

  #end(job: ShownJob): void {
    const entry = this.#jobs.get(job);
    if (entry?.said === true) this.#print(endLine(entry.viewer.look(), false));
    this.#jobs.delete(job);
  }

  /** It may be waited for again, and has said what it had to say by then. */
  drop(): void {}

  close(): void {
    this.#jobs.clear();
  }
}
