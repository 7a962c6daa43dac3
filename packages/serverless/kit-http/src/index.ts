export { HttpRuns, type HttpRunsOptions } from './http-runs.ts';
export { RefusedRequestError } from './refused-request-error.ts';
export type { WorkerMetadata } from './worker-metadata.ts';
