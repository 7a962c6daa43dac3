const JOBS = 'lithops.jobs/';
const TEMPORARY = `${JOBS}tmp/`;
const BUCKETS = 'buckets/';

/** Who makes an object: an executor, or one of its tasks. */
export interface ObjectOwner {
  readonly executorId: string;
  readonly task?: { readonly jobId: string; readonly callId: string };
}

/** A key for an object without a name of its own. */
export function cloudObjectKey(owner: ObjectOwner | undefined): string {
  return `${ownFolder(owner)}cloudobject_${crypto.randomUUID()}`;
}

/** Where it is noted that an owner has made objects in a bucket besides the default one. */
export function bucketNoteKey(owner: ObjectOwner | undefined, bucket: string): string {
  return `${ownFolder(owner)}${BUCKETS}${bucket}`;
}

/** The bucket that a key notes; undefined for other keys. */
export function notedBucket(key: string): string | undefined {
  const [, bucket] = /^lithops\.jobs\/tmp\/.*\/buckets\/([^/]+)$/.exec(key) ?? [];
  return bucket;
}

/**
 * What all keys of an executor begin with, and no key of another: what it and its tasks have made, and the executors inside
 * its tasks, whose names go on behind a dash.
 */
export function executorPrefixes(executorId: string): { readonly jobs: string[]; readonly cloudObjects: string[] } {
  const both = (start: string) => [`${start}${executorId}/`, `${start}${executorId}-`];
  return { jobs: both(JOBS), cloudObjects: both(TEMPORARY) };
}

/** The job that an object was made for; undefined when it is the executor's own. */
export function jobOfKey(executorId: string, key: string): string | undefined {
  const rest = key.slice((key.startsWith(TEMPORARY) ? TEMPORARY : JOBS).length + executorId.length);
  return /^[/-]([AMR]\d+)[/-]/.exec(rest)?.[1];
}

function ownFolder(owner: ObjectOwner | undefined): string {
  if (owner === undefined) return TEMPORARY;
  const task = owner.task === undefined ? '' : `${owner.task.jobId}/${owner.task.callId}/`;
  return `${TEMPORARY}${owner.executorId}/${task}`;
}
