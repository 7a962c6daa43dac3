import type { Call } from '../future/call.ts';
import type { FuturesList } from '../future/futures-list.ts';
import { ResponseFuture } from '../future/response-future.ts';
import { hasFailed } from '../future/settle.ts';
import { waitForCalls } from '../future/wait-for-calls.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { Job } from '../job/job.ts';
import { forwardedItem, forwardedList } from './forwarded-result.ts';

/** Adds one item to a job; a future's result, once it is there. */
export function addItem(job: Job, item: unknown, invoker: Invoker): Call {
  if (!ResponseFuture.is(item)) return job.add(item);
  if (typeof job.options.cache === 'function')
    throw new TypeError('cache as a function needs items, not futures; cache: true works with both');
  const input = ResponseFuture.callOf(item);
  const call = job.addWaiting();
  job.addInputs(call, false, [input]);
  input.markFetched();
  input.owner.feedsCalls();
  input.onDone(() => provide(job, call, invoker, () => forwardedItem(input, job, call.index)));
  return call;
}

/** Adds the items of an asynchronous source as they come. When the source fails, the calls already added go on. */
export async function addAll(
  source: AsyncIterable<unknown>,
  add: (item: unknown) => void,
  job: Job,
  invoker: Invoker,
  signal: AbortSignal | undefined,
): Promise<void> {
  job.filling = true;
  try {
    for await (const item of source) {
      signal?.throwIfAborted();
      add(item);
      invoker.submit(job);
    }
  } finally {
    job.filling = false;
  }
}

/**
 * Gives a waiting call all the results of a list, in order; when one fails, the call fails with the same.
 * @returns resolves when it is known which they are
 */
export function provideResults(
  inputs: FuturesList<unknown>,
  job: Job,
  call: Call,
  invoker: Invoker,
): Promise<readonly Call[]> {
  const known = inputs.submitted.then(() => {
    const calls = Array.from(inputs, (future) => ResponseFuture.callOf(future));
    job.addInputs(call, true, calls);
    return calls;
  });
  const collect = async (): Promise<unknown> => {
    const calls = await known;
    await waitForCalls(calls, calls.length, {}, hasFailed);
    const failure = calls.find(hasFailed);
    if (failure !== undefined) throw failure.error;
    return forwardedList(calls, job, call.index);
  };
  provide(job, call, invoker, collect);
  return known;
}

/** Gives a waiting call its item, now or later; when there is none, it fails with the reason. */
function provide(job: Job, call: Call, invoker: Invoker, item: () => unknown): void {
  const give = (encoded: unknown) => {
    job.provide(call, encoded);
    invoker.submit(job);
  };
  const fail = (error: unknown) => {
    call.fail(error, 'error');
    invoker.submit(job);
  };
  try {
    const encoded = item();
    if (encoded instanceof Promise) encoded.then(give).catch(fail);
    else give(encoded);
  } catch (error) {
    fail(error);
  }
}
