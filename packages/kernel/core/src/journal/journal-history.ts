import type { CallState } from '../future/call.ts';
import type { CallStats } from '../future/call-stats.ts';
import { isRunning } from '../job/process-identity.ts';
import type {
  CallEndedEntry,
  CallLogEntry,
  CallRetriedEntry,
  ExecutorEntry,
  JobEntry,
  JobProgressEntry,
  JournalEntry,
  JournalError,
} from './journal-entry.ts';

/** A call, as far as a journal tells. */
export interface JournalCall {
  readonly call: number;
  state: CallState;
  stats?: CallStats;
  /** Of a call that runs, ms since the epoch. */
  startedAt?: number;
  worker?: string;
  error?: JournalError;
  /** Attempts that failed. */
  retried: CallRetriedEntry[];
}

/** A job, as far as a journal tells. */
export interface JournalJob {
  readonly executorId: string;
  readonly jobId: string;
  readonly functionName: string;
  /** ms since the epoch. */
  readonly submittedAt: number;
  total: number;
  ended: number;
  failed: number;
  cost: number;
  over: boolean;
  /** When its newest call ended, ms since the epoch; 0 while none has. */
  finishedAt: number;
  /** Those that the journal tells of: of a very large job only the first, and those that failed. */
  readonly calls: Map<number, JournalCall>;
  readonly logs: CallLogEntry[];
}

/** `running` while its process runs and it is open; `ended` when its process has ended without closing it. */
export type ExecutorStatus = 'running' | 'closed' | 'ended' | 'unknown';

/** What a journal tells, put together: entries in, jobs and calls out. */
export class JournalHistory {
  executor: ExecutorEntry | undefined;
  /** By their ids, the oldest first. */
  readonly jobs: Map<string, JournalJob> = new Map();
  #closed = false;

  get status(): ExecutorStatus {
    if (this.#closed) return 'closed';
    const alive = this.executor === undefined ? undefined : isRunning(this.executor.process);
    if (alive === undefined) return 'unknown';
    return alive ? 'running' : 'ended';
  }

  apply(entry: JournalEntry): void {
    switch (entry.type) {
      case 'executor':
        this.executor = entry;
        return;
      case 'closed':
        this.#closed = true;
        return;
      case 'job':
        this.#jobStarted(entry);
        return;
      default: {
        const job = this.jobs.get(entry.jobId);
        if (job !== undefined) applyToJob(job, entry);
      }
    }
  }

  #jobStarted({ jobId, functionName, at }: JobEntry): void {
    this.jobs.set(jobId, {
      executorId: this.executor?.executorId ?? '',
      jobId,
      functionName,
      submittedAt: at,
      total: 0,
      ended: 0,
      failed: 0,
      cost: 0,
      over: false,
      finishedAt: 0,
      calls: new Map(),
      logs: [],
    });
  }
}

type EntryOfJob = Exclude<JournalEntry, { type: 'executor' | 'closed' | 'job' }>;

function applyToJob(job: JournalJob, entry: EntryOfJob): void {
  switch (entry.type) {
    case 'progress':
      applyProgress(job, entry);
      return;
    case 'log':
      job.logs.push(entry);
      return;
    case 'started': {
      const call = callOf(job, entry.call);
      call.state = 'running';
      call.startedAt = entry.at;
      if (entry.worker !== undefined) call.worker = entry.worker;
      return;
    }
    case 'retried': {
      const call = callOf(job, entry.call);
      call.state = 'invoked';
      call.retried.push(entry);
      return;
    }
    case 'ended':
      applyEnd(job, entry);
  }
}

function applyProgress(job: JournalJob, { calls, ended, failed, cost, over, finishedAt }: JobProgressEntry): void {
  job.total = calls;
  job.ended = ended;
  job.failed = failed;
  job.cost = cost;
  job.over = over;
  job.finishedAt = Math.max(job.finishedAt, finishedAt);
}

function applyEnd(job: JournalJob, { call: index, state, stats, error }: CallEndedEntry): void {
  const call = callOf(job, index);
  call.state = state;
  call.stats = stats;
  if (stats.worker !== undefined) call.worker = stats.worker;
  if (error !== undefined) call.error = error;
  job.finishedAt = Math.max(job.finishedAt, stats.hostDoneAt ?? 0);
}

function callOf(job: JournalJob, index: number): JournalCall {
  let call = job.calls.get(index);
  if (call === undefined) {
    call = { call: index, state: 'new', retried: [] };
    job.calls.set(index, call);
  }
  return call;
}
