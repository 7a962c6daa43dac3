import { toCsv } from './call-csv.ts';
import type { CallRecord } from './call-record.ts';
import { type JobStats, jobStatsOf } from './job-stats.ts';

/** How calls went: one record for each, and what follows from them for their jobs. A look at one moment. */
export class ExecutionStats {
  readonly calls: readonly CallRecord[];
  #jobs: readonly JobStats[] | undefined;

  constructor(calls: readonly CallRecord[]) {
    this.calls = calls;
  }

  /** In the order of their submission. */
  get jobs(): readonly JobStats[] {
    this.#jobs ??= jobStatsOf(this.calls);
    return this.#jobs;
  }

  /** The calls as a table for spreadsheets and data frames: one line each, times in ms, sizes in bytes. */
  toCsv(): string {
    return toCsv(this.calls);
  }

  /** For `JSON.stringify`. */
  toJSON(): { readonly jobs: readonly JobStats[]; readonly calls: readonly CallRecord[] } {
    return { jobs: this.jobs, calls: this.calls };
  }
}
