export { HttpRuns, type HttpRunsOptions } from './http-runs.ts';
