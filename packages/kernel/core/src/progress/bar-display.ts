import { createLogUpdate } from 'log-update';
import { barLine, endLine, nameWidth } from './bar-line.ts';
import { GuardedTerminal } from './guarded-terminal.ts';
import { JobViewer } from './job-view.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { isOver, type ShownJob } from './shown-job.ts';

/** So many jobs have a bar at once; of the others the number is told. */
const MOST_BARS = 8;

/**
 * A bar for each job, below all that the program prints. Bars are drawn when there is time, and taken away before the
 * program's own output goes out. The cursor is left as it is, so that a program that is killed leaves nothing behind.
 */
export class BarDisplay implements ProgressDisplay {
  readonly #viewers = new Map<ShownJob, JobViewer>();
  readonly #terminal: GuardedTerminal;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #colours: boolean;

  constructor() {
    this.#terminal = new GuardedTerminal({ clear: () => this.#draw.clear(), redraw: () => this.#render() });
    this.#draw = createLogUpdate(this.#terminal.stream, { showCursor: true });
    this.#colours = process.stderr.hasColors();
  }

  update(jobs: readonly ShownJob[]): void {
    for (const job of this.#viewers.keys()) {
      if (jobs.includes(job)) continue;
      // Nobody waits for it but the jobs that take its results.
      if (isOver(job)) this.end(job);
      else this.#viewers.delete(job);
    }
    for (const job of jobs) if (!this.#viewers.has(job)) this.#viewers.set(job, new JobViewer(job));
    this.#render();
  }

  end(job: ShownJob): void {
    const over = [...this.#viewers].filter(([each]) => each === job || isOver(each));
    if (over.length === 0) return;
    this.#draw.clear();
    for (const [each, viewer] of over) {
      this.#viewers.delete(each);
      this.#terminal.print(`${endLine(viewer.look(), this.#colours)}\n`);
    }
    this.#render();
  }

  drop(job: ShownJob): void {
    if (this.#viewers.delete(job)) this.#render();
  }

  close(): void {
    this.#viewers.clear();
    this.#render();
    this.#terminal[Symbol.dispose]();
  }

  #render(): void {
    if (!this.#terminal.atLineStart) return;
    if (this.#viewers.size === 0) {
      this.#draw.clear();
      return;
    }
    const views = Array.from(this.#viewers.values(), (viewer) => viewer.look());
    const shown = views.slice(0, MOST_BARS);
    const columns = (process.stderr.columns || 80) - 1; // a line of full width would be two
    const layout = { columns, nameWidth: nameWidth(shown), colours: this.#colours };
    const lines = shown.map((view) => barLine(view, layout));
    if (views.length > MOST_BARS) lines.push(`and ${views.length - MOST_BARS} more jobs`);
    this.#terminal.begin();
    this.#draw(lines.join('\n'));
  }
}
