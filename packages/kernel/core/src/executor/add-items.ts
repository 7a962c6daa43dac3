import type { Call } from '../future/call.ts';
import type { FuturesList } from '../future/futures-list.ts';
import { ResponseFuture } from '../future/response-future.ts';
import { hasFailed } from '../future/settle.ts';
import { waitForCalls } from '../future/wait-for-calls.ts';
import type { Invoker } from '../invocation/invoker.ts';
import type { Job } from '../job/job.ts';

/** Adds one item to a job; a future's result, once it is there. */
export function addItem(job: Job, item: unknown, invoker: Invoker): Call {
  if (!ResponseFuture.is(item)) return job.add(item);
  const call = job.addWaiting();
  const input = ResponseFuture.callOf(item);
  input.fetched = true;
  input.onDone(() => provide(job, call, invoker, () => resultOf(input)));
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
  for await (const item of source) {
    signal?.throwIfAborted();
    add(item);
    invoker.submit(job);
  }
}

/** Gives a waiting call all the results of a list, in order; when one fails, the call fails with the same. */
export function provideResults(inputs: FuturesList<unknown>, job: Job, call: Call, invoker: Invoker): void {
  const collect = async (): Promise<unknown[]> => {
    await inputs.submitted;
    const calls = Array.from(inputs, (future) => ResponseFuture.callOf(future));
    await waitForCalls(calls, calls.length, {}, hasFailed);
    const failure = calls.find(hasFailed);
    if (failure !== undefined) throw failure.error;
    return calls.map(resultOf);
  };
  collect().then(
    (results) => provide(job, call, invoker, () => results),
    (error: unknown) => call.fail(error, 'error'),
  );
}

function provide(job: Job, call: Call, invoker: Invoker, value: () => unknown): void {
  try {
    job.provide(call, value());
  } catch (error) {
    call.fail(error, 'error');
  }
  invoker.submit(job);
}

function resultOf(call: Call): unknown {
  call.fetched = true;
  if (call.state === 'success') return call.value();
  throw call.error;
}
