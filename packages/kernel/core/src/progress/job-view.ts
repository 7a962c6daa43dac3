import { epochMs } from '../epoch-ms.ts';
import type { ShownJob } from './shown-job.ts';

/** Rates are those of so many ms. */
const WINDOW_MS = 10_000;

/** How a job stands, as it is shown. */
export interface JobView {
  readonly name: string;
  readonly calls: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  readonly workers: number;
  readonly filling: boolean;
  /** Calls that end in a second, of late; undefined while none has. */
  readonly rate: number | undefined;
  /** ms until the last call ends, if the rest goes on like this; undefined where nobody can say. */
  readonly leftMs: number | undefined;
  /** ms since its submission. */
  readonly elapsedMs: number;
}

/** A job, looked at now and then. */
export class JobViewer {
  readonly #job: ShownJob;
  /** When it was looked at, and how many calls had ended then. */
  readonly #samples: { readonly at: number; readonly ended: number }[];

  constructor(job: ShownJob) {
    this.#job = job;
    this.#samples = [{ at: job.progress.submittedAt, ended: 0 }];
  }

  look(now: number = epochMs()): JobView {
    const { progress } = this.#job;
    const { running, workers, filling } = this.#job.activity();
    const { calls, ended, failed } = progress;
    const rate = this.#rate(ended, now);
    const leftMs = rate === undefined || filling || ended === calls ? undefined : ((calls - ended) / rate) * 1000;
    const elapsedMs = (ended === calls && progress.finishedAt > 0 ? progress.finishedAt : now) - progress.submittedAt;
    const name = progress.functionName === '' ? progress.jobId : progress.functionName;
    return { name, calls, done: ended, failed, running, workers, filling, rate, leftMs, elapsedMs };
  }

  #rate(ended: number, now: number): number | undefined {
    const samples = this.#samples;
    samples.push({ at: now, ended });
    // The oldest of the window stays, to count from.
    while (samples.length > 2 && now - (samples[1]?.at ?? now) > WINDOW_MS) samples.shift();
    const [first] = samples;
    if (first === undefined || ended === first.ended || now <= first.at) return undefined;
    return ((ended - first.ended) * 1000) / (now - first.at);
  }
}
