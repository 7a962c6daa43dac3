import type { Call } from '../future/call.ts';
import type { FuturesList } from '../future/futures-list.ts';
import { ResponseFuture } from '../future/response-future.ts';
import { hasFailed } from '../future/settle.ts';
import { waitForCalls } from '../future/wait-for-calls.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { Job } from '../job/job.ts';
import { provideResults } from './add-items.ts';

export interface ReduceCall {
  readonly call: Call;
  /** Resolves when it is known which results it is given. */
  readonly complete: Promise<unknown>;
}

/**
 * Adds a call that is given all results of a list. It is submitted, and its time begins, when so many percent of the list's
 * calls have ended.
 */
export function addReduceCall(job: Job, mapped: FuturesList<unknown>, percent: number, invoker: Invoker): ReduceCall {
  const call = job.addDeferred();
  const submit = () => {
    job.submit(call);
    invoker.submit(job);
  };
  if (percent === 0) submit();
  // Failures are told by `provideResults`.
  else enoughEnded(mapped, percent).then(submit, () => {});
  const complete = provideResults(mapped, job, call, invoker);
  invoker.submit(job);
  return { call, complete };
}

async function enoughEnded(mapped: FuturesList<unknown>, percent: number): Promise<void> {
  await mapped.submitted;
  const calls = Array.from(mapped, (future) => ResponseFuture.callOf(future));
  await waitForCalls(calls, Math.ceil((percent / 100) * calls.length), {}, hasFailed);
}
