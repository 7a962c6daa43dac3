/** What the keys of all jobs' objects begin with. */
export const JOBS_PREFIX = 'lithops.jobs/';

/** Manifests are apart from all else, so that jobs can be listed without their objects. */
export const MANIFESTS_PREFIX: string = `${JOBS_PREFIX}manifests/`;

/** Logs of this many invocations share a prefix: those of a job that are still written to can be listed without the rest. */
const LOGS_PER_GROUP = 1000;

export function manifestKey(executorId: string, jobId: string): string {
  return `${MANIFESTS_PREFIX}${executorId}/${jobId}`;
}

/** Without the slash after it. */
export function jobPrefix(executorId: string, jobId: string): string {
  return `${JOBS_PREFIX}${executorId}/${jobId}`;
}

export function functionKey(executorId: string, hash: string): string {
  return `${JOBS_PREFIX}${executorId}/functions/${hash}`;
}

export function ownersPrefix(executorId: string): string {
  return `${JOBS_PREFIX}${executorId}/owners/`;
}

/** Of those who worked on an executor's jobs, one after the other. */
export function ownerKey(executorId: string, generation: number): string {
  return `${ownersPrefix(executorId)}${padded(generation, 6)}`;
}

/** The log of an invocation; its records are below it. */
export function logKey(prefix: string, generation: number, invocation: number): string {
  return `${logGroupPrefix(prefix, generation, invocation)}${padded(invocation, 8)}`;
}

/** What the keys of that invocation's log and of its neighbours' begin with. */
export function logGroupPrefix(prefix: string, generation: number, invocation: number): string {
  return `${eventsPrefix(prefix)}${padded(generation, 6)}-${padded(Math.floor(invocation / LOGS_PER_GROUP), 5)}/`;
}

/** Of all of a job's logs; the generation follows, and ends with a dash. */
export function eventsPrefix(prefix: string): string {
  return `${prefix}/events-`;
}

/** Of all outcomes; the generation follows, and ends with a dash. */
export function outcomesPrefix(prefix: string): string {
  return `${prefix}/outcomes-`;
}

/** How calls ended that no worker has told of. */
export function outcomesKey(prefix: string, generation: number, number: number): string {
  return `${outcomesPrefix(prefix)}${padded(generation, 6)}-${padded(number, 6)}`;
}

/** Of an invocation that was too large for its platform; by its id. */
export function sentKey(prefix: string, id: string): string {
  return `${prefix}/sent/${id.slice(id.lastIndexOf('/') + 1)}`;
}

/** Of the list of invocations that are to be ended. */
export function stopsKey(prefix: string): string {
  return `${prefix}/stops`;
}

export function dataKey(prefix: string, part: number): string {
  return `${prefix}/data/${padded(part, 6)}`;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
