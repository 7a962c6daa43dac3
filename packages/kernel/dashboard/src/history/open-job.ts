import { followJournal, type JobProgressEntry, type JournalEntry } from '@lithops/core/journal';
import { CALL_STATES, type CallStateName, type JobDetail, type JobSummary } from '../view/job-view.ts';
import { CallTable } from './call-table.ts';
import type { FollowedJournal } from './followed-journal.ts';
import { LogTail } from './log-tail.ts';

/** A job with its calls and logs, read from its journal when somebody looks at it, and followed while it runs. */
export class OpenJob implements AsyncDisposable {
  readonly id: string;
  readonly table: CallTable;
  readonly logs: LogTail = new LogTail();
  readonly journal: FollowedJournal;
  readonly jobId: string;
  /** When somebody last asked for it. */
  usedAt: number = performance.now();
  /** How many look at it all the time. */
  watchers = 0;
  /** All that was in the journal when it was opened has been read. */
  readonly ready: Promise<void>;
  #version = 1;
  #progress: JobProgressEntry | undefined;
  #detail: JobDetail | undefined;
  readonly #following: Promise<void>;
  readonly #closed = new AbortController();

  constructor(journal: FollowedJournal, summary: JobSummary) {
    this.journal = journal;
    this.id = summary.id;
    this.jobId = summary.jobId;
    this.table = new CallTable(summary.submittedAt);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    // A journal that is deleted while it is read has told what it will.
    this.#following = this.#follow(resolve)
      .catch(() => {})
      .finally(resolve);
  }

  get summary(): JobSummary | undefined {
    return this.journal.summary(this.jobId);
  }

  /** Rises with each change, the end of its program included. */
  get version(): number {
    return this.#version * 2 + (this.lost ? 1 : 0);
  }

  /** What has not ended will not end: the program has. */
  get lost(): boolean {
    return this.summary?.status === 'interrupted';
  }

  /** The end of what charts show, ms since submission: now while it runs. */
  get now(): number {
    const { status } = this.summary ?? {};
    if (status === 'running' || status === 'unknown') return Date.now() - this.table.since;
    let last = 0;
    const { done } = this.table.numbers;
    for (let row = 0; row < this.table.rows; row++) {
      const at = done[row] ?? Number.NaN;
      if (at > last) last = at;
    }
    return this.lost ? Math.max(last, (this.#progress?.at ?? 0) - this.table.since) : last;
  }

  /** Undefined when the job is no longer held. */
  detail(): JobDetail | undefined {
    const { summary, table, version } = this;
    const { executor } = this.journal;
    if (summary === undefined || executor === undefined) return undefined;
    if (this.#detail?.version === version) return { ...this.#detail, summary };
    const figures = figuresOf(table);
    const counts = countStates(table);
    const endedInRows = counts.success + counts.error + counts.cancelled;
    const total = this.#progress?.calls ?? summary.total;
    const withoutRow = Math.max((this.#progress?.ended ?? 0) - endedInRows, 0);
    counts.success += withoutRow;
    counts.waiting = Math.max(total - endedInRows - withoutRow - counts.running, 0);
    if (this.lost) Object.assign(counts, { lost: counts.waiting + counts.running, waiting: 0, running: 0 });
    const { rows, workers, retried } = table;
    this.#detail = {
      summary,
      version,
      counts,
      rows,
      withoutRow,
      workers: workers.length,
      retries: retried,
      executor,
      ...figures,
    };
    return this.#detail;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#following;
  }

  async #follow(caughtUp: () => void): Promise<void> {
    const { signal } = this.#closed;
    const readAll = () => {
      caughtUp();
      if (!this.journal.live) this.#closed.abort();
    };
    const options = { jobId: this.jobId, follow: true, signal, caughtUp: readAll };
    for await (const entries of followJournal(this.journal.file.path, options)) {
      for (const entry of entries) this.#apply(entry);
      this.#version++;
    }
  }

  #apply(entry: JournalEntry): void {
    switch (entry.type) {
      case 'progress':
        this.#progress = entry;
        this.table.grow(entry.calls);
        return;
      case 'started':
        this.table.started(entry);
        return;
      case 'retried':
        this.table.wasRetried(entry);
        return;
      case 'ended':
        this.table.ended(entry);
        return;
      case 'log':
        this.logs.add(entry);
        return;
      case 'executor':
      case 'job':
      case 'closed':
    }
  }
}

function countStates(table: CallTable): Record<CallStateName, number> {
  const counts = { waiting: 0, running: 0, success: 0, error: 0, cancelled: 0, lost: 0 };
  const byCode = CALL_STATES.map(() => 0);
  for (let row = 0; row < table.rows; row++) {
    const code = table.state[row] ?? 0;
    byCode[code] = (byCode[code] ?? 0) + 1;
  }
  for (const [code, name] of CALL_STATES.entries()) counts[name] = byCode[code] ?? 0;
  return counts;
}

function figuresOf(table: CallTable): Pick<JobDetail, 'duration' | 'cpuTime' | 'peakMemoryBytes' | 'coldStarts'> {
  let [cpuTime, peakMemoryBytes, coldStarts] = [0, 0, 0];
  for (let row = 0; row < table.rows; row++) {
    cpuTime += table.number('cpu', row) ?? 0;
    peakMemoryBytes = Math.max(peakMemoryBytes, table.number('memory', row) ?? 0);
    if (table.isCold(row)) coldStarts++;
  }
  const known = table.numbers.duration.subarray(0, table.rows).filter((value) => !Number.isNaN(value));
  known.sort();
  const [median, p95] = [known[Math.floor(known.length / 2)], known[Math.floor(known.length * 0.95)]];
  return {
    cpuTime,
    peakMemoryBytes,
    coldStarts,
    ...(median !== undefined && p95 !== undefined && { duration: { median, p95 } }),
  };
}
