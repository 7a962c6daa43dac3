/** One try at a call, as `CallStatus.attempts` tells of it. Times are ms since the epoch by the client's clock. */
export interface AttemptRecord {
  readonly invokedAt: number;
  /** Absent while it runs. */
  readonly endedAt?: number;
  /** `<host>/<pid>`, once a worker has named itself. */
  readonly worker?: string;
  /** `overtaken`: a copy of the call, run for its slowness, gave its result first. */
  readonly outcome: 'running' | 'success' | 'failed' | 'cancelled' | 'overtaken';
  /** Why it failed. */
  readonly error?: unknown;
}
