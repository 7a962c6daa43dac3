import type { ShownJob } from '../progress/shown-job.ts';
import { watchAll } from '../progress/watched-jobs.ts';
import type { Call } from './call.ts';
import { ResponseFuture, type ResultOptions } from './response-future.ts';
import { type WaitLimits, waitForCalls } from './wait-for-calls.ts';

/** When `wait` returns: all ended, any ended, at once, or this percentage ended. */
export type ReturnWhen = typeof ALL_COMPLETED | typeof ANY_COMPLETED | typeof ALWAYS | number;
export const ALL_COMPLETED = 100;
export const ANY_COMPLETED = -1;
export const ALWAYS = 0;

export interface WaitOptions extends WaitLimits {
  /** Default `ALL_COMPLETED`. */
  readonly returnWhen?: ReturnWhen;
  /** Default true: throws what the first failed call failed with, as soon as it fails. */
  readonly throwExcept?: boolean;
}

const FETCHED_AT_ONCE = 8;

/** Waits until enough of the futures have ended. @throws like `wait` */
export function settle(futures: readonly ResponseFuture<unknown>[], options: WaitOptions): Promise<void> {
  return settleCalls(
    futures.map((future) => ResponseFuture.callOf(future)),
    options,
  );
}

async function settleCalls(calls: readonly Call[], options: WaitOptions): Promise<void> {
  const { returnWhen = ALL_COMPLETED, throwExcept = true } = options;
  const count = requiredCount(returnWhen, calls.length);
  if (count > 0) {
    using _shown = options.showProgressBar === false ? undefined : watchAll(jobsOf(calls));
    await waitForCalls(calls, count, options, throwExcept ? hasFailed : undefined);
  }
  const failure = throwExcept ? calls.find(hasFailed) : undefined;
  if (failure !== undefined) throw failure.error;
}

/** The results of the futures, in their order. @throws like `wait` */
export async function collect<Result>(
  futures: readonly ResponseFuture<Result>[],
  options: ResultOptions,
): Promise<Result[]> {
  const calls = futures.map((future) => ResponseFuture.callOf(future));
  await settleCalls(calls, options);
  const results = calls.map((call) => {
    call.markFetched();
    return call.state === 'success' && call.stored === undefined ? call.value() : undefined;
  });
  await fetchStored(calls, results);
  return results as Result[]; // what the function returned, by its type
}

/** The jobs whose progress may be shown; calls of a job mostly stand together. */
function jobsOf(calls: readonly Call[]): Set<ShownJob> {
  const jobs = new Set<ShownJob>();
  let last: Call['owner'] | undefined;
  for (const call of calls) {
    if (call.owner === last || call.done) continue;
    last = call.owner;
    if (last.shown !== undefined) jobs.add(last.shown);
  }
  return jobs;
}

/** Puts the results that are in storage into their places, a few at a time. */
async function fetchStored(calls: readonly Call[], results: unknown[]): Promise<void> {
  const stored = calls.flatMap((call, place) => (call.stored === undefined ? [] : [place]));
  if (stored.length === 0) return;
  const fetchNext = async (): Promise<void> => {
    for (let place = stored.pop(); place !== undefined; place = stored.pop())
      results[place] = await calls[place]?.fetch();
  };
  await Promise.all(Array.from({ length: FETCHED_AT_ONCE }, fetchNext));
}

/** Whether a call has ended without a result. */
export function hasFailed(call: Call): boolean {
  return call.state === 'error' || call.state === 'cancelled';
}

function requiredCount(returnWhen: ReturnWhen, total: number): number {
  if (returnWhen === ANY_COMPLETED) return Math.min(1, total);
  if (!(returnWhen >= 0 && returnWhen <= 100)) {
    throw new RangeError(
      `returnWhen is a percentage from 0 to 100, ALL_COMPLETED, ANY_COMPLETED or ALWAYS, not ${returnWhen}`,
    );
  }
  return Math.ceil((returnWhen / 100) * total);
}
