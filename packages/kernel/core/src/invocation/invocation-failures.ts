import { CancelledError } from '../errors/cancelled-error.ts';
import { ConfigError } from '../errors/config-error.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { PriceModel } from '../plugin/price-model.ts';

export function cancelledError(call: Call, reason: unknown): CancelledError {
  return new CancelledError(`call ${call.callId} of ${call.owner.functionName} was cancelled`, { reason });
}

export function payloadTooLarge(call: Call, bytes: number, limit: number): PayloadTooLargeError {
  return new PayloadTooLargeError(
    `the item of call ${call.callId} of ${call.owner.functionName} is ${bytes} bytes when encoded; the backend takes ${limit}`,
    {
      hint: 'its executor has a storage that tasks cannot open: put the data where they can read it, and pass its key',
    },
  );
}

/** Why this backend cannot run a job as it asks to be run; undefined where it can. */
export function refusalOf(
  { options: { runtimeMemory, budget } }: Job,
  { memoryPerJob }: ComputeCapabilities,
  pricing: PriceModel | undefined,
): ConfigError | undefined {
  if (runtimeMemory !== undefined && memoryPerJob !== true)
    return new ConfigError(
      `a job asks for ${runtimeMemory} MB of memory, but this backend gives all jobs of an executor the same`,
      { hint: 'leave the option out and set runtimeMemory of the executor, or use another executor for this job' },
    );
  if (budget !== undefined && pricing === undefined)
    return new ConfigError('a job has a budget, but nobody knows what this backend charges', {
      hint: 'leave the option out, or use a backend with prices, such as aws_lambda',
    });
  return undefined;
}

export function unansweredError(job: Job, calls: readonly Call[]): InvocationError {
  return new InvocationError(
    `the backend ended an invocation of ${job.key} without a word on ${calls.length} of its calls`,
  );
}

export function withoutStop(): InvocationError {
  return new InvocationError(
    'the plugin says `stop: true` in its capabilities, but the runs that its backend gives have no stop()',
  );
}
