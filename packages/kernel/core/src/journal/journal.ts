import { closeSync, openSync, writeSync } from 'node:fs';
import { epochMs } from '../epoch-ms.ts';
import type { TaskLogEntry } from '../executor/executor-options.ts';
import type { JobObserver, ObservedCall, ObservedJob } from '../observation/job-observer.ts';
import { MOST_CALLS as MOST_SETTLED, type SettledCall, type SettledCalls } from '../stats/settled-calls.ts';
import { type EndedCallsLine, toEndedCallsLine } from './ended-calls.ts';
import { type CallStartedEntry, type ExecutorEntry, type JournalEntry, toJournalError } from './journal-entry.ts';
import { newJournalPath } from './journal-folder.ts';
import { type EndedCalls, UnwrittenJob } from './unwritten-job.ts';

/** Lines are written together, after so many ms, in the next quiet moment. */
const FLUSH_MS = 200;
/** A moment is quiet when the program has had nothing to do for most of so many ms: a burst of answers is not to wait for us. */
const QUIET_MS = 3;
/** For so many ms a quiet moment is waited for. */
const PATIENCE_MS = 300;
/** Calls that have ended wait longer, while others go on: to write thousands of them would hold those up. */
const ENDED_MS = 1000;
/** So many jobs that are over are written at once: thousands of them, with all that they hold, would be a long pause, and make others. */
const MOST_OVER = 64;
/** But no fewer than this share of all jobs that are not written, each of which is looked at then. */
const LEAST_SHARE_OVER = 1 / 8;
/** Lines are written together up to about this size. */
const WRITE_CHARS = 256 * 1024;
const CALLS_PER_LINE = 1000;
/** So much of what an executor's tasks print is kept, in characters. */
const MOST_LOG_CHARS = 64 * 1024 * 1024;

/** After so many calls those that are not written are written at once, before it is forgotten how they went. */
const MOST_UNWRITTEN = 0.8 * MOST_SETTLED;

/** Something that has happened, not written yet. */
type Pending = JournalEntry | StartedCall;

/** A call that has begun: to be told of if it still runs when it is written, which most do not. */
interface StartedCall {
  readonly job: UnwrittenJob;
  readonly entry: CallStartedEntry;
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
  readonly #settled: SettledCalls;
  readonly #head: () => ExecutorEntry;
  readonly #failed: (error: unknown) => void;
  readonly #jobs = new Map<ObservedJob, UnwrittenJob>();
  #pending: Pending[] = [];
  /** Calls that have ended and are not written yet. */
  #unwrittenCalls = 0;
  /** When the first of them ended, by the process's clock, and its place among the settled ones. */
  #endedAt = 0;
  #oldestPlace = 0;
  /** Jobs that are over and not written yet. */
  #over = 0;
  /** To write when the one who waits for the job that is just over has gone on. */
  #soon: NodeJS.Immediate | undefined;
  #logChars = 0;
  #file: number | undefined;
  #broken = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param settled how calls went that have ended; a call is among them when it is told of here
   * @param head the first line
   * @param failed told when the file cannot be written; there is no journal then, and the work goes on
   */
  constructor(folder: string, settled: SettledCalls, head: () => ExecutorEntry, failed: (error: unknown) => void) {
    this.#folder = folder;
    this.#settled = settled;
    this.#head = head;
    this.#failed = failed;
  }

  jobStarted(job: ObservedJob): void {
    if (this.#broken) return;
    const { jobId, functionName, submittedAt } = job;
    this.#jobs.set(job, new UnwrittenJob(job));
    this.#push({ type: 'job', at: submittedAt, jobId, functionName });
  }

  callStarted(job: ObservedJob, call: ObservedCall): void {
    if (this.#broken) return;
    const kept = this.#jobOf(job);
    if (!kept.tellsAll) return;
    const entry = startedEntry(job, call);
    kept.callStarted(entry);
    this.#push({ job: kept, entry });
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
    if (this.#broken) return;
    const isTold = this.#jobOf(job).callEnded(call, this.#settled.count - 1);
    if (isTold && this.#unwrittenCalls++ === 0) {
      this.#endedAt = performance.now();
      this.#oldestPlace = this.#settled.count - 1;
    }
    if (this.#unwrittenCalls > 0 && this.#settled.count - this.#oldestPlace > MOST_UNWRITTEN) this.writeAll();
    this.#wake();
  }

  jobEnded(job: ObservedJob): void {
    if (this.#broken) return;
    const kept = this.#jobOf(job);
    kept.over = true;
    kept.changed = true;
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

  #writeWhenQuiet(since: number): void {
    const { idle } = performance.eventLoopUtilization();
    this.#timer = setTimeout(() => {
      const isQuiet = performance.eventLoopUtilization().idle - idle > QUIET_MS / 2;
      if (isQuiet || performance.now() - since > PATIENCE_MS) this.#writeDue();
      else this.#writeWhenQuiet(since);
    }, QUIET_MS).unref();
  }

  /** Writes what is to be seen soon; calls that have ended when their job is over, or they have waited. */
  #writeDue(): void {
    const haveWaited = performance.now() - this.#endedAt >= ENDED_MS;
    this.#write(this.#takeEnded(haveWaited ? () => true : (job) => job.isOver));
    if (this.#unwrittenCalls > 0) this.#wake();
  }

  #takeEnded(isDue: (job: UnwrittenJob) => boolean): EndedCalls[] {
    const taken: EndedCalls[] = [];
    for (const job of this.#jobs.values()) {
      if (job.unwritten === 0 || !isDue(job)) continue;
      this.#unwrittenCalls -= job.unwritten;
      taken.push(job.takeEnded());
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
      for (const line of this.#lines(pending, ended)) {
        text += `${JSON.stringify(line)}\n`;
        if (text.length < WRITE_CHARS) continue;
        writeText(this.#file, text);
        text = '';
      }
      writeText(this.#file, text + this.#progress());
    } catch (error) {
      this.#broken = true;
      this.#jobs.clear();
      this.#failed(error);
    }
  }

  /** In their order, and then the calls that have ended, many of a job in a line. */
  *#lines(all: readonly Pending[], ended: readonly EndedCalls[]): Generator<JournalEntry | EndedCallsLine> {
    for (const pending of all) {
      if ('type' in pending) yield pending;
      // Unless it has ended meanwhile, or begun once more.
      else if (pending.job.takeStarted(pending.entry)) yield pending.entry;
    }
    for (const { job, places, errors } of ended) {
      for (let at = 0; at < places.length; at += CALLS_PER_LINE) {
        const settled = places.slice(at, at + CALLS_PER_LINE).flatMap((place): SettledCall[] => {
          const call = this.#settled.at(place);
          return call === undefined ? [] : [call];
        });
        yield toEndedCallsLine(job, settled, errors);
      }
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
    for (const [job, kept] of this.#jobs) {
      const over = kept.isOver;
      if (over && kept.unwritten === 0) this.#jobs.delete(job);
      if (!kept.changed) continue;
      kept.changed = false;
      const { jobId, calls, ended, failed, cost } = job;
      const finishedAt = Math.round(job.finishedAt);
      lines += `${JSON.stringify({ type: 'progress', at: now(), jobId, calls, ended, failed, cost, over, finishedAt })}\n`;
    }
    return lines;
  }

  #jobOf(job: ObservedJob): UnwrittenJob {
    let kept = this.#jobs.get(job);
    if (kept === undefined) {
      // More calls came after the last had ended.
      kept = new UnwrittenJob(job);
      this.#jobs.set(job, kept);
    }
    return kept;
  }

  #push(pending: Pending): void {
    if (this.#broken) return;
    this.#pending.push(pending);
    this.#wake();
  }

  #wake(): void {
    if (this.#timer !== undefined || this.#broken) return;
    this.#timer = setTimeout(() => this.#writeWhenQuiet(performance.now()), FLUSH_MS).unref();
    if (!hooked) process.once('exit', writeAllUnwritten);
    hooked = true;
    unwritten.add(this);
  }
}

/** For scripts that end, or forget to close their executor, before the next time to write. */
function writeAllUnwritten(): void {
  for (const journal of unwritten) journal.writeAll();
}

function startedEntry({ jobId }: ObservedJob, { index, worker, startedAt }: ObservedCall): CallStartedEntry {
  const at = startedAt ?? now();
  return { type: 'started', at, jobId, call: index, ...(worker !== undefined && { worker }) };
}

function writeText(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function now(): number {
  return Math.round(epochMs());
}
