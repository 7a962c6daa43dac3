/** What names jobs on the command line. */
export interface JobSelection {
  readonly executorId: string;
  /** Only this one of the executor's jobs. */
  readonly jobId?: string;
}

/** `<executorId>`, or `<executorId>-<jobId>`. */
export function parseJobKey(key: string): JobSelection {
  const [, executorId, jobId] = /^(.+)-([AMR]\d{3,})$/.exec(key) ?? [];
  return executorId === undefined || jobId === undefined ? { executorId: key } : { executorId, jobId };
}
