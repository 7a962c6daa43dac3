import type { JobObservers } from '../observation/job-observers.ts';
import type { JobObjects } from './job-objects.ts';
import type { JobReach } from './job-reach.ts';
import type { JobRecord } from './job-record.ts';
import type { ResultCache } from './result-cache.ts';

/** What a job is given besides its function and options. */
export interface JobParts {
  /** Arguments after the item, the same for all calls, encoded as a list. */
  readonly extraArgs: Uint8Array | undefined;
  /** Whether the function takes the task's context after them. */
  readonly passContext: boolean;
  readonly reach: JobReach;
  /** Where its large values go; absent when its tasks could not read them there. */
  readonly objects?: JobObjects | undefined;
  /** Present when it is durable, or may have to be. */
  readonly record?: JobRecord | undefined;
  /** Present when its results are kept for later runs. */
  readonly cache?: ResultCache | undefined;
  /** Told what becomes of it. */
  readonly observers?: JobObservers | undefined;
  /** Whether it may be shown how far it has come. */
  readonly showsProgress: boolean;
  /** Where it is told in detail what happens; mostly nowhere. */
  readonly debug?: ((message: string) => void) | undefined;
}
