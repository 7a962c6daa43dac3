import type { Invocation } from '@lithops/worker';
import type { Job } from '../job/job.ts';
import { resultLimits } from '../job/result-limits.ts';
import type { Batch } from './batch.ts';
import { workerLimit } from './deadlines.ts';

/** What a worker is told of calls of a job: their next attempt. */
export function toInvocation(
  job: Job,
  { calls, items }: Batch,
  moduleHash: string,
  maxResultBytes: number,
): Invocation {
  const { extraArgs, task, env } = job;
  const results = resultLimits(job, maxResultBytes);
  const number = ++job.progress.invocations;
  const generation = job.record?.generation ?? 0;
  const log = job.record?.logOf(number);
  const limitMs = workerLimit(job, calls);
  const { priority, idempotent } = job.options;
  // Who is to be told which call ran too long, or must not be run twice, is told exactly.
  const noteEach = limitMs !== undefined || idempotent === false;
  return {
    id: generation === 0 ? `${job.key}/${number}` : `${job.key}/${generation}.${number}`,
    executorId: job.executorId,
    jobId: job.jobId,
    attempt: calls[0]?.attempts ?? 1,
    module: moduleHash,
    calls: calls.map((call) => call.index),
    items,
    passContext: job.passContext,
    ...(extraArgs !== undefined && { extraArgs }),
    ...(env !== undefined && { env }),
    ...(results !== undefined && { results }),
    ...(log !== undefined && { log }),
    ...(limitMs !== undefined && { limitMs }),
    ...(priority !== undefined && { priority }),
    ...(noteEach && { noteEach }),
    ...(task !== undefined && { task }),
  };
}
