import { closeSync, openSync, writeSync } from 'node:fs';
import type { TaskLogEntry } from '../executor/executor-options.ts';
import type { JobObserver, ObservedCall, ObservedJob } from '../observation/job-observer.ts';
import { type EndedCallsLine, toEndedCallsLine } from './ended-calls.ts';
import type { ExecutorEntry, JournalEntry } from './journal-entry.ts';
import { toJournalError } from './journal-entry.ts';
import { newJournalPath } from './journal-folder.ts';

/** Lines are written together, after so many ms at the latest. */
const FLUSH_MS = 200;
/** Lines are written together up to about this size. */
const WRITE_CHARS = 256 * 1024;
const CALLS_PER_LINE = 1000;
/** So many calls of a job have lines of their own; of the others only those that fail have. */
const MOST_CALLS = 100_000;
/** The same of a stream: who reads one wants little of it to be kept. */
const MOST_STREAMED_CALLS = 10_000;
/** So much of what an executor's tasks print is kept, in characters. */
const MOST_LOG_CHARS = 64 * 1024 * 1024;

/** Something that has happened, not written yet. Calls are looked at when they are written: most have ended by then. */
type Pending =
  | { readonly of: 'entry'; readonly entry: JournalEntry }
  | { readonly of: 'started' | 'ended'; readonly job: ObservedJob; readonly call: ObservedCall };

/** What is kept of a job until it is over. */
interface OpenJob {
  lines: number;
  over: boolean;
  changed: boolean;
}

/** Journals with something to write. */
const unwritten = new Set<Journal>();
let hooked = false;

/**
 * Writes what becomes of an executor's jobs to a file, line by line as JSON, for other processes to read: `lithops logs`,
 * `lithops job` and the dashboard. It holds no values: neither inputs nor results. Only its user can read it.
 * The work does not wait for it, and nothing is written before there is a job.
 */
export class Journal implements JobObserver {
  readonly #folder: string;
  readonly #head: () => ExecutorEntry;
  readonly #failed: (error: unknown) => void;
  readonly #jobs = new Map<ObservedJob, OpenJob>();
  #pending: Pending[] = [];
  #logChars = 0;
  #file: number | undefined;
  #broken = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param head the first line
   * @param failed told when the file cannot be written; there is no journal then, and the work goes on
   */
  constructor(folder: string, head: () => ExecutorEntry, failed: (error: unknown) => void) {
    this.#folder = folder;
    this.#head = head;
    this.#failed = failed;
  }

  jobStarted(job: ObservedJob): void {
    const { jobId, functionName, submittedAt } = job;
    this.#jobs.set(job, { lines: 0, over: false, changed: true });
    this.#push({ of: 'entry', entry: { type: 'job', at: submittedAt, jobId, functionName } });
  }

  callStarted(job: ObservedJob, call: ObservedCall): void {
    if (this.#openJob(job).lines < mostLines(job)) this.#push({ of: 'started', job, call });
  }

  callLogged(job: ObservedJob, { callId, stream, text }: TaskLogEntry): void {
    if (this.#logChars > MOST_LOG_CHARS) return;
    this.#logChars += text.length;
    const kept = this.#logChars > MOST_LOG_CHARS ? '' : text;
    const entry = { type: 'log', at: now(), jobId: job.jobId, call: Number(callId), stream, text: kept } as const;
    this.#push({ of: 'entry', entry });
  }

  callRetried(job: ObservedJob, call: ObservedCall, error: unknown): void {
    const { index, attempts } = call;
    const entry = { type: 'retried', at: now(), jobId: job.jobId, call: index, attempt: attempts } as const;
    this.#push({ of: 'entry', entry: { ...entry, error: toJournalError(error) } });
  }

  callEnded(job: ObservedJob, call: ObservedCall): void {
    const open = this.#openJob(job);
    open.changed = true;
    if (open.lines >= mostLines(job) && call.state === 'success') this.#wake();
    else {
      open.lines++;
      this.#push({ of: 'ended', job, call });
    }
  }

  jobEnded(job: ObservedJob): void {
    const open = this.#openJob(job);
    open.over = true;
    open.changed = true;
    this.#wake();
  }

  closed(): void {
    this.write();
    this.#broken = true;
    if (this.#file === undefined) return;
    try {
      writeAll(this.#file, `${JSON.stringify({ type: 'closed', at: now() })}\n`);
    } catch (error) {
      this.#failed(error);
    }
    closeSync(this.#file);
    this.#file = undefined;
  }

  /** Writes what has happened so far. */
  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    unwritten.delete(this);
    const pending = this.#pending;
    this.#pending = [];
    if (this.#broken || (this.#file === undefined && pending.length === 0)) return;
    try {
      this.#file ??= this.#create();
      let text = '';
      for (const line of toLines(pending)) {
        text += `${JSON.stringify(line)}\n`;
        if (text.length < WRITE_CHARS) continue;
        writeAll(this.#file, text);
        text = '';
      }
      writeAll(this.#file, text + this.#progress());
    } catch (error) {
      this.#broken = true;
      this.#failed(error);
    }
  }

  #create(): number {
    const head = this.#head();
    const file = openSync(newJournalPath(this.#folder, head.executorId), 'ax', 0o600);
    writeAll(file, `${JSON.stringify(head)}\n`);
    return file;
  }

  #progress(): string {
    let lines = '';
    for (const [job, open] of this.#jobs) {
      if (!open.changed) continue;
      open.changed = false;
      const { jobId, calls, ended, failed, cost } = job;
      const finishedAt = Math.round(job.finishedAt);
      const over = open.over && ended === calls;
      lines += `${JSON.stringify({ type: 'progress', at: now(), jobId, calls, ended, failed, cost, over, finishedAt })}\n`;
      if (over) this.#jobs.delete(job);
    }
    return lines;
  }

  #openJob(job: ObservedJob): OpenJob {
    let open = this.#jobs.get(job);
    if (open === undefined) {
      // More calls came after the last had ended.
      open = { lines: Math.min(job.ended, mostLines(job)), over: false, changed: true };
      this.#jobs.set(job, open);
    }
    return open;
  }

  #push(pending: Pending): void {
    if (this.#broken) return;
    this.#pending.push(pending);
    this.#wake();
  }

  #wake(): void {
    if (this.#timer !== undefined || this.#broken) return;
    this.#timer = setTimeout(() => this.write(), FLUSH_MS);
    this.#timer.unref();
    if (!hooked) process.once('exit', writeAllUnwritten);
    hooked = true;
    unwritten.add(this);
  }
}

function mostLines({ streamed }: ObservedJob): number {
  return streamed ? MOST_STREAMED_CALLS : MOST_CALLS;
}

/** For scripts that end, or forget to close their executor, before the next time to write. */
function writeAllUnwritten(): void {
  for (const journal of unwritten) journal.write();
}

/** In their order, but for calls that have ended: those of a job that follow each other share a line. */
function* toLines(all: readonly Pending[]): Generator<JournalEntry | EndedCallsLine> {
  let job: ObservedJob | undefined;
  let calls: ObservedCall[] = [];
  for (const pending of all) {
    if (pending.of === 'ended' && pending.job === job && calls.length < CALLS_PER_LINE) {
      calls.push(pending.call);
      continue;
    }
    if (pending.of === 'started') {
      // One that has ended meanwhile has a line of its own.
      if (pending.call.state === 'running') yield startedEntry(pending.job, pending.call);
      continue;
    }
    if (job !== undefined && calls.length > 0) yield toEndedCallsLine(job, calls);
    calls = [];
    if (pending.of === 'entry') yield pending.entry;
    else {
      job = pending.job;
      calls.push(pending.call);
    }
  }
  if (job !== undefined && calls.length > 0) yield toEndedCallsLine(job, calls);
}

function startedEntry({ jobId }: ObservedJob, { index, stats }: ObservedCall): JournalEntry {
  const { worker, workerStartedAt } = stats;
  const at = workerStartedAt ?? now();
  return { type: 'started', at, jobId, call: index, ...(worker !== undefined && { worker }) };
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function now(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
