import { textOf } from '../errors/text-of.ts';
import type { PluginLogger } from '../plugin/compute-plugin.ts';
import type { JobObserver, ObservedCall, ObservedJob } from './job-observer.ts';

/** Tells a log what becomes of jobs: of level `info` their beginning, retries and end, of level `debug` workers and failed calls too. */
export class JobLog implements JobObserver {
  readonly #logger: PluginLogger;
  readonly #workers = new Set<string>();

  constructor(logger: PluginLogger) {
    this.#logger = logger;
  }

  jobStarted({ jobId, functionName }: ObservedJob): void {
    this.#logger.info(`job ${jobId} was submitted: ${functionName || 'a function without a name'}`);
  }

  callStarted({ jobId }: ObservedJob, { callId, stats: { worker } }: ObservedCall): void {
    if (worker === undefined || this.#workers.has(worker)) return;
    this.#workers.add(worker);
    this.#logger.debug(`worker ${worker} has begun with call ${callId} of job ${jobId}`);
  }

  callRetried({ jobId }: ObservedJob, { callId, attempts }: ObservedCall, error: unknown): void {
    this.#logger.info(`call ${callId} of job ${jobId} is tried again after attempt ${attempts}: ${shown(error)}`);
  }

  callEnded({ jobId }: ObservedJob, { callId, state, error }: ObservedCall): void {
    if (state === 'success') return;
    this.#logger.debug(
      `call ${callId} of job ${jobId} ${state === 'cancelled' ? 'was cancelled' : 'failed'}: ${shown(error)}`,
    );
  }

  jobEnded({ jobId, calls, failed, submittedAt, finishedAt }: ObservedJob): void {
    const seconds = Math.max(0, finishedAt - submittedAt) / 1000;
    const failures = failed === 0 ? '' : `, ${failed} failed`;
    this.#logger.info(
      `job ${jobId} is over: ${calls} ${calls === 1 ? 'call' : 'calls'} in ${seconds.toFixed(2)} s${failures}`,
    );
  }

  closed(): void {
    this.#logger.debug('the executor is closed');
  }
}

function shown(error: unknown): string {
  return error instanceof Error ? `${textOf(error.name)}: ${textOf(error.message).split('\n')[0]}` : textOf(error);
}
