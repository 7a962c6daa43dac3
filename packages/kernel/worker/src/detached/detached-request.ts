import type { TaskSetup } from '../invocation.ts';

/**
 * What a worker on a platform that only accepts work is started with; plain JSON of a few hundred bytes. All else is in
 * storage: the invocation, its function module, and the log for its events.
 */
export interface DetachedRequest {
  /** Key of the invocation, by `encodeStoredInvocation`. */
  readonly key: string;
  /** Key of its function module. */
  readonly moduleKey: string;
  /** How the worker opens the storage. A deployed worker has its own `storageEntry`. */
  readonly task: TaskSetup;
  /** How the client is told of news; what storage and credentials that takes is opaque here. Absent: it looks for itself. */
  readonly notices?: unknown;
  /** A sign of life is given this often, in ms. */
  readonly heartbeatMs: number;
}

/** @throws TypeError when the text is no request. */
export function parseDetachedRequest(text: string): DetachedRequest {
  const request: unknown = JSON.parse(text);
  const { key, moduleKey, task, notices, heartbeatMs } = (request ?? {}) as Partial<
    Record<keyof DetachedRequest, unknown>
  >; // looked at below
  if (typeof key !== 'string' || typeof moduleKey !== 'string' || typeof task !== 'object' || task === null)
    throw new TypeError('a request for a detached worker has a key, a moduleKey and a task');
  if (typeof heartbeatMs !== 'number' || !(heartbeatMs > 0))
    throw new TypeError('heartbeatMs of a request is a time in ms');
  return { key, moduleKey, task: task as TaskSetup, heartbeatMs, ...(notices !== undefined && { notices }) };
}
