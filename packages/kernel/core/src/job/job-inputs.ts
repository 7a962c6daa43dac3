import type { Call } from '../future/call.ts';
import type { CallOwner } from '../future/call-owner.ts';
import type { ShownJob } from '../progress/shown-job.ts';

/** The jobs whose results a job's calls take: they are shown with it, and in storage before it. */
export class JobInputs {
  readonly #jobs = new Set<CallOwner>();

  /** Calls of a job mostly stand together. */
  add(calls: readonly Call[]): void {
    let last: CallOwner | undefined;
    for (const { owner } of calls) {
      if (owner !== last) this.#jobs.add(owner);
      last = owner;
    }
  }

  /** Those whose progress may be shown. */
  get shown(): ReadonlySet<ShownJob> {
    const shown = new Set<ShownJob>();
    for (const job of this.#jobs) if (job.shown !== undefined) shown.add(job.shown);
    return shown;
  }

  /** Resolves when those that are durable outlive this process. */
  async submitted(): Promise<void> {
    await Promise.all(Array.from(this.#jobs, (job) => job.submitted));
  }
}
