import { CancelledError } from '../errors/cancelled-error.ts';
import { ConfigError } from '../errors/config-error.ts';
import { InvocationError } from '../errors/invocation-error.ts';
import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';

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

export function noMemoryPerJob(megabytes: number): ConfigError {
  return new ConfigError(
    `a job asks for ${megabytes} MB of memory, but this backend gives all jobs of an executor the same`,
    { hint: 'leave the option out and set runtimeMemory of the executor, or use another executor for this job' },
  );
}

export function noPrices(): ConfigError {
  return new ConfigError('a job has a budget, but nobody knows what this backend charges', {
    hint: 'leave the option out, or use a backend with prices, such as aws_lambda',
  });
}

export function unansweredError(job: Job, calls: readonly Call[]): InvocationError {
  return new InvocationError(
    `the backend ended an invocation of ${job.key} without a word on ${calls.length} of its calls`,
  );
}
