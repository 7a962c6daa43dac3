import { statSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type ExecutorStatus,
  followJournal,
  type JournalFile,
  JournalHistory,
  type JournalJob,
} from '@lithops/core/journal';
import type { ExecutorView, JobStatus, JobSummary } from '../view/job-view.ts';

/** So many jobs of an executor are held; the oldest that are over go. */
const MOST_JOBS = 1000;
/** A journal of another machine counts as written to for so long after its last change, ms. */
const SILENCE_MS = 10 * 60 * 1000;
const OUTLINE = ['executor', 'job', 'progress'] as const;

/** One executor's jobs in outline: no calls, no logs. */
export class FollowedJournal {
  readonly file: JournalFile;
  /** Jobs that are no longer held. */
  dropped = 0;
  #history = new JournalHistory();
  #changedAt = new Map<string, number>();
  readonly #changed: (jobIds: ReadonlySet<string>) => void;
  readonly #stop = new AbortController();
  #over = false;
  #following: Promise<void> | undefined;
  #status: ExecutorStatus = 'unknown';

  constructor(file: JournalFile, changed: (jobIds: ReadonlySet<string>) => void) {
    this.file = file;
    this.#changed = changed;
  }

  /** Reads what there is, and goes on in the background while it is written. @throws what `followJournal` throws */
  async open(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const caughtUp = () => {
      this.look();
      // All that a program wrote before its end has been read.
      if (this.#over) this.#stop.abort();
      resolve();
    };
    this.#following = this.#follow(caughtUp).then(resolve, (error: unknown) => {
      this.#over = true;
      reject(error);
    });
    await promise;
  }

  get status(): ExecutorStatus {
    return this.#status;
  }

  get jobs(): Iterable<JournalJob> {
    return this.#history.jobs.values();
  }

  /** Whether anything may still be written. */
  get live(): boolean {
    return !this.#over;
  }

  /** Looks whether its program still runs. */
  look(): void {
    const status = this.#history.status;
    if (status !== this.#status) {
      this.#status = status;
      const open = [...this.#history.jobs.values()].filter(({ over }) => !over);
      if (open.length > 0) this.#changed(new Set(open.map(({ jobId }) => jobId)));
    }
    this.#over ||= status === 'unknown' ? this.#silent() : status !== 'running';
  }

  has(jobId: string): boolean {
    return this.#history.jobs.has(jobId);
  }

  summary(jobId: string): JobSummary | undefined {
    const job = this.#history.jobs.get(jobId);
    if (job === undefined) return undefined;
    const { executor } = this.#history;
    const { executorId } = this.file;
    const { functionName, submittedAt, total, ended, failed, cost } = job;
    return {
      id: `${executorId}/${jobId}`,
      executorId,
      jobId,
      functionName,
      status: statusOf(job, this.#status),
      submittedAt,
      changedAt: Math.max(
        job.over && job.finishedAt > 0 ? job.finishedAt : (this.#changedAt.get(jobId) ?? 0),
        submittedAt,
      ),
      total,
      ended,
      failed,
      cost,
      backend: executor?.backend ?? '',
      script: basename(executor?.script ?? ''),
    };
  }

  get executor(): ExecutorView | undefined {
    const { executor } = this.#history;
    if (executor === undefined) return undefined;
    const { executorId, mode, backend, storage, node, script, process } = executor;
    const [host = ''] = process.host.split('/');
    const optional = { ...(mode !== undefined && { mode }), ...(script !== undefined && { script }) };
    return { executorId, backend, storage, node, pid: process.pid, host, ...optional };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(caughtUp: () => void): Promise<void> {
    const options = { types: OUTLINE, follow: true, signal: this.#stop.signal, caughtUp };
    for await (const entries of followJournal(this.file.path, options)) {
      const changed = new Set<string>();
      for (const entry of entries) {
        this.#history.apply(entry);
        if (!('jobId' in entry)) continue;
        changed.add(entry.jobId);
        if ('at' in entry) this.#changedAt.set(entry.jobId, entry.at);
      }
      this.#drop();
      if (changed.size > 0) this.#changed(changed);
    }
  }

  #drop(): void {
    const { jobs } = this.#history;
    for (const [jobId, { over }] of jobs) {
      if (jobs.size <= MOST_JOBS) return;
      if (!over) continue;
      jobs.delete(jobId);
      this.#changedAt.delete(jobId);
      this.dropped++;
    }
  }

  #silent(): boolean {
    try {
      return Date.now() - statSync(this.file.path).mtimeMs > SILENCE_MS;
    } catch {
      return true;
    }
  }
}

function statusOf({ over, failed }: JournalJob, executor: ExecutorStatus): JobStatus {
  if (over) return failed > 0 ? 'failed' : 'done';
  if (executor === 'running' || executor === 'unknown') return executor;
  return 'interrupted';
}
