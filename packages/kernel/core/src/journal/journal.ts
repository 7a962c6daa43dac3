import { closeSync, openSync, writeSync } from 'node:fs';
import { epochMs } from '../epoch-ms.ts';
import type { TaskLogEntry } from '../executor/executor-options.ts';
import type { JobObserver, ObservedCall, ObservedJob } from '../observation/job-observer.ts';
import { type EndedCallsLine, toEndedCallsLine } from './ended-calls.ts';
import type { ExecutorEntry, JournalEntry } from './journal-entry.ts';
import { toJournalError } from './journal-entry.ts';
import { newJournalPath } from './journal-folder.ts';

/** Lines are written together, after so many ms at the latest. */
const FLUSH_MS = 200;
/** Calls that have ended wait longer, while others go on: to write thousands of them would hold those up. */
const ENDED_MS = 1000;
/** So many jobs that are over are written at once: thousands of them, with all that they hold, would be a long pause, and make others. */
const MOST_OVER = 64;
/** But no fewer than this share of all jobs that are not written, each of which is looked at then. */
const LEAST_SHARE_OVER = 1 / 8;
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
type Pending = JournalEntry | JobCall;

interface JobCall {
  readonly job: ObservedJob;
  readonly call: ObservedCall;
}

interface EndedCalls {
  readonly job: ObservedJob;
  readonly calls: readonly ObservedCall[];
}

/** What is kept of a job until it is over. */
interface OpenJob {
  /** Calls that have been, or are to be, told of one by one. */
  told: number;
  /** Those of them that have ended and are not written yet. */
  ended: ObservedCall[];
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
  /** Calls that have ended and are not written yet. */
  #unwrittenCalls = 0;
  /** When the first of them ended, by the process's clock. */
  #endedAt = 0;
  /** Jobs that are over and not written yet. */
  #over = 0;
  /** To write when the one who waits for the job that is just over has gone on. */
  #soon: NodeJS.Immediate | undefined;
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
    this.#jobs.set(job, { told: 0, ended: [], over: false, changed: true });
    this.#push({ type: 'job', at: submittedAt, jobId, functionName });
  }

  callStarted(job: ObservedJob, call: ObservedCall): void {
    if (this.#openJob(job).told < mostCalls(job)) this.#push({ job, call });
  }

  callLogged(job: ObservedJob, { callId, stream, text }: TaskLogEntry): void {
    if (this.#logChars > MOST_LOG_CHARS) return;
    this.#logChars += text.length;
    const kept = this.#logChars > MOST_LOG_CHARS ? '' : text;
    this.#push({ type: 'log', at: now(), jobId: job.jobId, call: Number(callId), stream, text: kept });
  }

  callRetried(job: ObservedJob, call: ObservedCall, error: unknown): void {
    const { index, attempts } = call;
    const { jobId } = job;
    this.#push({ type: 'retried', at: now(), jobId, call: index, attempt: attempts, error: toJournalError(error) });
  }

  callEnded(job: ObservedJob, call: ObservedCall): void {
    const open = this.#openJob(job);
    open.changed = true;
    if (!this.#broken && (open.told < mostCalls(job) || call.state !== 'success')) {
      if (this.#unwrittenCalls++ === 0) this.#endedAt = performance.now();
      open.told++;
      open.ended.push(call);
    }
    this.#wake();
  }

  jobEnded(job: ObservedJob): void {
    const open = this.#openJob(job);
    open.over = true;
    open.changed = true;
    if (++this.#over >= Math.max(MOST_OVER, this.#jobs.size * LEAST_SHARE_OVER))
      this.#soon ??= setImmediate(() => this.#writeDue()).unref();
    this.#wake();
  }

  closed(): void {
    this.writeAll();
    this.#broken = true;
    if (this.#file === undefined) return;
    try {
      writeText(this.#file, `${JSON.stringify({ type: 'closed', at: now() })}\n`);
    } catch (error) {
      this.#failed(error);
    }
    closeSync(this.#file);
    this.#file = undefined;
  }

  /** Writes what has happened so far. */
  writeAll(): void {
    this.#write(this.#takeEnded(() => true));
  }

  /** Writes what is to be seen soon; calls that have ended when their job is over, or they have waited. */
  #writeDue(): void {
    const haveWaited = performance.now() - this.#endedAt >= ENDED_MS;
    this.#write(this.#takeEnded(haveWaited ? () => true : isOver));
    if (this.#unwrittenCalls > 0) this.#wake();
  }

  #takeEnded(isDue: (job: ObservedJob, open: OpenJob) => boolean): EndedCalls[] {
    const taken: EndedCalls[] = [];
    for (const [job, open] of this.#jobs) {
      const calls = open.ended;
      if (calls.length === 0 || !isDue(job, open)) continue;
      open.ended = [];
      this.#unwrittenCalls -= calls.length;
      taken.push({ job, calls });
    }
    return taken;
  }

  #write(ended: readonly EndedCalls[]): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    clearImmediate(this.#soon);
    this.#soon = undefined;
    unwritten.delete(this);
    this.#over = 0;
    const pending = this.#pending;
    this.#pending = [];
    if (this.#broken || (this.#file === undefined && this.#jobs.size === 0)) return;
    try {
      this.#file ??= this.#create();
      let text = '';
      for (const line of toLines(pending, ended)) {
        text += `${JSON.stringify(line)}\n`;
        if (text.length < WRITE_CHARS) continue;
        writeText(this.#file, text);
        text = '';
      }
      writeText(this.#file, text + this.#progress());
    } catch (error) {
      this.#broken = true;
      this.#failed(error);
    }
  }

  #create(): number {
    const head = this.#head();
    const file = openSync(newJournalPath(this.#folder, head.executorId), 'ax', 0o600);
    writeText(file, `${JSON.stringify(head)}\n`);
    return file;
  }

  #progress(): string {
    let lines = '';
    for (const [job, open] of this.#jobs) {
      const over = isOver(job, open);
      if (over && open.ended.length === 0) this.#jobs.delete(job);
      if (!open.changed) continue;
      open.changed = false;
      const { jobId, calls, ended, failed, cost } = job;
      const finishedAt = Math.round(job.finishedAt);
      lines += `${JSON.stringify({ type: 'progress', at: now(), jobId, calls, ended, failed, cost, over, finishedAt })}\n`;
    }
    return lines;
  }

  #openJob(job: ObservedJob): OpenJob {
    let open = this.#jobs.get(job);
    if (open === undefined) {
      // More calls came after the last had ended.
      open = { told: Math.min(job.ended, mostCalls(job)), ended: [], over: false, changed: true };
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
    this.#timer = setTimeout(() => this.#writeDue(), FLUSH_MS);
    this.#timer.unref();
    if (!hooked) process.once('exit', writeAllUnwritten);
    hooked = true;
    unwritten.add(this);
  }
}

/** A job may go on when its last call has ended. */
function isOver({ ended, calls }: ObservedJob, { over }: OpenJob): boolean {
  return over && ended === calls;
}

function mostCalls({ streamed }: ObservedJob): number {
  return streamed ? MOST_STREAMED_CALLS : MOST_CALLS;
}

/** For scripts that end, or forget to close their executor, before the next time to write. */
function writeAllUnwritten(): void {
  for (const journal of unwritten) journal.writeAll();
}

/** In their order, and then the calls that have ended, many of a job in a line. */
function* toLines(all: readonly Pending[], ended: readonly EndedCalls[]): Generator<JournalEntry | EndedCallsLine> {
  for (const pending of all) {
    if ('type' in pending) yield pending;
    // One that has ended meanwhile is told of below.
    else if (pending.call.state === 'running') yield startedEntry(pending.job, pending.call);
  }
  for (const { job, calls } of ended)
    for (let at = 0; at < calls.length; at += CALLS_PER_LINE)
      yield toEndedCallsLine(job, calls.slice(at, at + CALLS_PER_LINE));
}

function startedEntry({ jobId }: ObservedJob, { index, stats }: ObservedCall): JournalEntry {
  const { worker, workerStartedAt } = stats;
  const at = workerStartedAt ?? now();
  return { type: 'started', at, jobId, call: index, ...(worker !== undefined && { worker }) };
}

function writeText(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function now(): number {
  return Math.round(epochMs());
}
