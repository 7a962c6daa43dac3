/** A piece of what a call wrote, as somebody kept it. */
export interface LogRecord {
  /** When it was told, ms since the epoch. */
  readonly time: number;
  /** `<executorId>-<jobId>` */
  readonly jobKey: string;
  readonly call: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface LogQuery {
  /** `<executorId>-<jobId>`. Absent: all jobs that are known. */
  readonly jobKey?: string;
  /** Goes on with what is written from now on, until the signal, or where a job is named until that has ended. Default: no. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** Where what calls wrote can be read by who is not their client. */
export interface LogSource {
  /** In order of time within a job. Nothing where the job is not known or wrote nothing. @throws InvocationError when nobody can be asked */
  read(query: LogQuery): AsyncIterable<LogRecord>;
}
