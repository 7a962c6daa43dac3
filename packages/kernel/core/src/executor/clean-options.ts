import type { ResponseFuture } from '../future/response-future.ts';
import type { Futures } from '../future/wait.ts';
import type { Job } from '../job/job.ts';
import { nearestName } from '../registry/nearest-name.ts';
import type { CleanScope } from '../storage/clean-executor-objects.ts';
import type { CloudObject } from '../storage/cloud-object.ts';

export interface CleanOptions {
  /** Only what the jobs of these futures have made. Default: all that the executor has made. */
  readonly fs?: Futures<unknown>;
  /** Only these CloudObjects, also such with keys of the user's, whoever has made them. */
  readonly cs?: readonly CloudObject[];
  /** Whether CloudObjects go too. Default: true. */
  readonly cleanCloudObjects?: boolean;
  /** Whether all results go that jobs with option `cache` have left in this storage, whoever ran them. Default: false. */
  readonly cache?: boolean;
  readonly signal?: AbortSignal;
}

const OPTION_NAMES: readonly string[] = ['fs', 'cs', 'cleanCloudObjects', 'cache', 'signal'];

/** What `clean` is to delete. @throws TypeError for unknown options and futures of other executors. */
export function toCleanScope(executorId: string, options: CleanOptions, jobs: Iterable<Job>): CleanScope {
  for (const name of Object.keys(options)) {
    if (OPTION_NAMES.includes(name)) continue;
    const nearest = nearestName(name, OPTION_NAMES);
    throw new TypeError(
      `clean has no option '${name}'; ${nearest === undefined ? `it takes ${OPTION_NAMES.join(', ')}` : `did you mean '${nearest}'?`}`,
    );
  }
  const { fs, cleanCloudObjects = true, signal } = options;
  return {
    executorId,
    jobs: fs === undefined ? undefined : jobsOf(executorId, fs),
    running: new Set(Array.from(jobs, ({ jobId }) => jobId)),
    cloudObjects: cleanCloudObjects,
    signal,
  };
}

function jobsOf(executorId: string, fs: Futures<unknown>): ReadonlySet<string> {
  const futures = Symbol.iterator in fs ? [...(fs as Iterable<ResponseFuture<unknown>>)] : [fs]; // one or many
  const foreign = futures.find((future) => future.executorId !== executorId);
  if (foreign !== undefined)
    throw new TypeError(
      `a future of executor ${foreign.executorId} cannot be cleaned by executor ${executorId}; its own can`,
    );
  return new Set(futures.map(({ jobId }) => jobId));
}
