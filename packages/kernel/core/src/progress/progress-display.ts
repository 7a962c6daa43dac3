import { LinesDisplay } from './lines-display.ts';
import type { ShownJob } from './shown-job.ts';

/** Where the progress of jobs is shown. */
export interface ProgressDisplay {
  /** These are the jobs to show, as they stand now. */
  update(jobs: readonly ShownJob[]): void;
  /** A job is over: says so, if it was shown, and likewise of others that are. */
  end(job: ShownJob): void;
  /** Nobody waits for a job any more. */
  drop(job: ShownJob): void;
  close(): void;
}

/** Bars on a terminal, lines now and then elsewhere; on stderr. */
export async function openDisplay(): Promise<ProgressDisplay> {
  const { stderr } = process;
  const draws = stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  if (!draws) return new LinesDisplay((line) => stderr.write(`${line}\n`));
  // What draws takes 50 ms of the program's time to load.
  const { BarDisplay } = await import('./bar-display.ts');
  return new BarDisplay();
}
