import type { ProgressDisplay } from './progress-display.ts';
import { isOver, type ShownJob } from './shown-job.ts';

/** Jobs are looked at so often, ms. */
const LOOK_MS = 250;
/** A job is shown once somebody has waited for it for so long, ms: most are over by then. */
const SHOWN_AFTER_MS = 750;

/** Jobs that somebody waits for, and how many do. */
const waiting = new Map<ShownJob, number>();
/** When those that are waited for were first looked at. */
let seen = new Map<ShownJob, number>();
let timer: NodeJS.Timeout | undefined;
let display: ProgressDisplay | Promise<ProgressDisplay> | undefined;

/** Somebody waits for the job: how far it has come is shown until {@link unwatch}. Costs next to nothing. */
export function watch(job: ShownJob): void {
  waiting.set(job, (waiting.get(job) ?? 0) + 1);
  timer ??= setInterval(look, LOOK_MS).unref();
}

/** One who waited for the job does so no more. */
export function unwatch(job: ShownJob): void {
  const left = (waiting.get(job) ?? 1) - 1;
  if (left > 0) {
    waiting.set(job, left);
    return;
  }
  waiting.delete(job);
  if (display === undefined || display instanceof Promise) return;
  // What its program prints next comes after the last that is shown of it.
  if (isOver(job)) display.end(job);
  // It may wait for the next call of the same job at once.
  else setImmediate(dropUnless, job);
}

/** The jobs of what is waited for, each once; nothing when it is not to be shown. */
export function watchAll(jobs: ReadonlySet<ShownJob>): Disposable {
  for (const job of jobs) watch(job);
  return {
    [Symbol.dispose]() {
      for (const job of jobs) unwatch(job);
    },
  };
}

/** A job that has not begun, for it waits for the results of others, is of no interest; these are. */
function addWithInputs(job: ShownJob, shown: Set<ShownJob>): void {
  let waits = false;
  for (const input of job.inputs) {
    if (isOver(input)) continue;
    waits = true;
    addWithInputs(input, shown);
  }
  if (!waits || job.progress.ended > 0 || job.activity().running > 0) shown.add(job);
}

function dropUnless(job: ShownJob): void {
  if (!waiting.has(job) && display !== undefined && !(display instanceof Promise)) display.drop(job);
}

function look(): void {
  const now = performance.now();
  const seenNow = new Map<ShownJob, number>();
  const shown = new Set<ShownJob>();
  for (const job of waiting.keys()) {
    const since = seen.get(job) ?? now;
    seenNow.set(job, since);
    if (now - since >= SHOWN_AFTER_MS) addWithInputs(job, shown);
  }
  seen = seenNow;
  if (shown.size > 0 && display === undefined) display = open();
  if (display !== undefined && !(display instanceof Promise)) display.update([...shown]);
  if (waiting.size === 0) rest();
}

/** Nobody waits for anything. */
function rest(): void {
  clearInterval(timer);
  timer = undefined;
  if (display instanceof Promise) return;
  display?.close();
  display = undefined;
}

/** Loaded for those few programs that wait for long. */
async function open(): Promise<ProgressDisplay> {
  const { openDisplay } = await import('./progress-display.ts');
  const opened = await openDisplay();
  display = opened;
  if (timer === undefined) rest();
  return opened;
}
