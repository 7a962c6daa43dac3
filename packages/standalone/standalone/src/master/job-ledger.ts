import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallEvent, Invocation } from '@lithops/worker';
import type { MasterJob } from '../protocol/master-api.ts';
import { JobLogs } from './job-logs.ts';
import { writeWhole } from './write-whole.ts';

/** Jobs that have ended are known for a while: so many of the latest. */
const MOST_ENDED = 100;

interface Entry {
  readonly key: string;
  session: string;
  readonly executorId: string;
  readonly jobId: string;
  readonly submittedAt: number;
  readonly durable: boolean;
  given: number;
  succeeded: number;
  failed: number;
  /** Invocations that have not ended. */
  open: number;
  cancelled: boolean;
  endedAt?: number;
  /** Why it was ended before its calls had. */
  reason?: string;
  /** Whether its client has not been told that. */
  untold?: true;
}

/** What the jobs of all sessions are, and how far they have come: for those who look at the master. */
export class JobLedger {
  readonly logs: JobLogs;
  readonly #file: string;
  readonly #entries = new Map<string, Entry>();
  #dirty = false;

  constructor(state: string) {
    this.#file = join(state, 'jobs.json');
    this.logs = new JobLogs(join(state, 'logs'));
    if (!existsSync(this.#file)) return;
    // As `save` wrote it; what was open then is told again by its session.
    for (const entry of JSON.parse(readFileSync(this.#file, 'utf8')) as Entry[])
      this.#entries.set(entry.key, { ...entry, open: 0 });
  }

  isCancelled(executorId: string, jobId: string): boolean {
    return this.#entries.get(`${executorId}-${jobId}`)?.cancelled === true;
  }

  /** An invocation is there. @param restored one that an earlier master was given */
  opened(session: string, { executorId, jobId, calls, log }: Invocation, restored: boolean): void {
    const key = `${executorId}-${jobId}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const counts = { given: 0, succeeded: 0, failed: 0, open: 0 };
      const durable = log !== undefined;
      entry = { key, session, executorId, jobId, submittedAt: Date.now(), durable, cancelled: false, ...counts };
      this.#entries.set(key, entry);
    }
    // Whoever goes on with a job that had ended has another session, mostly.
    entry.session = session;
    delete entry.endedAt;
    delete entry.reason;
    entry.open++;
    if (!restored) entry.given += calls.length;
    this.#dirty = true;
  }

  event({ executorId, jobId }: Invocation, event: CallEvent): void {
    const key = `${executorId}-${jobId}`;
    if (event.type === 'log') return this.logs.write(key, event);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (event.type === 'result') entry.succeeded += event.calls.length;
    else if (event.type === 'stored') entry.succeeded++;
    else if (event.type === 'error') entry.failed++;
    else if (event.type === 'expired') entry.failed += event.calls.length;
    else if (event.type === 'returned') entry.given -= event.calls.length;
    else return;
    this.#dirty = true;
  }

  closed({ executorId, jobId }: Invocation): void {
    const entry = this.#entries.get(`${executorId}-${jobId}`);
    if (entry === undefined) return;
    entry.open = Math.max(0, entry.open - 1);
    this.#dirty = true;
  }

  /** Nothing of it is to run from now on. @returns false when it is not known, or has ended */
  cancel(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.endedAt !== undefined) return false;
    entry.cancelled = true;
    this.#dirty = true;
    return true;
  }

  /** What is open of a job is ended before its time. */
  cutOff({ executorId, jobId }: Invocation, reason: string): void {
    const entry = this.#entries.get(`${executorId}-${jobId}`);
    if (entry === undefined) return;
    entry.reason = reason;
    entry.untold = true;
    this.#dirty = true;
  }

  /** What its client, or who goes on with its jobs, has not been told; undefined when there is nothing. */
  takeNotice(executorId: string): string | undefined {
    const untold = [...this.#entries.values()].filter((entry) => entry.executorId === executorId && entry.untold);
    for (const entry of untold) delete entry.untold;
    if (untold.length === 0) return undefined;
    this.#dirty = true;
    return untold
      .map(({ key, reason = '' }) => `job ${key} was ended: ${reason}. What of it has not ended runs again`)
      .join('; ');
  }

  /** The session is gone, and its jobs with it. */
  sessionEnded(session: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.session !== session || entry.endedAt !== undefined) continue;
      entry.endedAt = Date.now();
      entry.open = 0;
      this.logs.ended(entry.key);
      this.#dirty = true;
    }
    const ended = [...this.#entries.values()].filter(({ endedAt }) => endedAt !== undefined);
    for (const { key } of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) {
      this.#entries.delete(key);
      this.logs.remove(key);
    }
  }

  /** The latest first. @param connected sessions whose client is there */
  list(connected: ReadonlySet<string>): MasterJob[] {
    return [...this.#entries.values()].toReversed().map((entry) => {
      const { key, executorId, jobId, submittedAt, endedAt, durable, given, succeeded, failed, reason } = entry;
      return {
        ...{ key, executorId, jobId, submittedAt, durable, state: stateOf(entry) },
        attended: endedAt === undefined && connected.has(entry.session),
        calls: { given, succeeded, failed },
        ...(endedAt !== undefined && { endedAt }),
        ...(reason !== undefined && { reason }),
      };
    });
  }

  /** Writes what has changed. */
  save(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    writeWhole(this.#file, JSON.stringify([...this.#entries.values()]));
  }
}

function stateOf({ cancelled, endedAt, open }: Entry): MasterJob['state'] {
  if (cancelled) return 'cancelled';
  if (endedAt !== undefined) return 'ended';
  return open > 0 ? 'running' : 'waiting';
}
