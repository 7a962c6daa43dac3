import { FuturesList } from './futures-list.ts';
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

export type Futures<Result> = ResponseFuture<Result> | Iterable<ResponseFuture<Result>>;

/**
 * Waits for futures of any executors.
 * @returns the futures that have ended, and those that have not, each in the order given.
 * @throws what a call failed with (unless `throwExcept: false`), TimeoutError, or the reason of the aborted signal.
 */
export async function wait<Result>(
  fs: Futures<Result>,
  options: WaitOptions = {},
): Promise<[done: FuturesList<Result>, notDone: FuturesList<Result>]> {
  const { returnWhen = ALL_COMPLETED, throwExcept = true } = options;
  const futures = await listed(fs);
  const calls = futures.map((future) => ResponseFuture.callOf(future));
  const count = requiredCount(returnWhen, calls.length);
  const failed = throwExcept ? (call: (typeof calls)[number]) => call.state !== 'success' : undefined;
  if (count > 0) await waitForCalls(calls, count, options, failed);
  if (throwExcept) {
    const failure = calls.find((call) => call.done && call.state !== 'success');
    if (failure !== undefined) throw failure.error;
  }
  return [
    FuturesList.fromFutures(futures.filter((future) => future.done)),
    FuturesList.fromFutures(futures.filter((future) => !future.done)),
  ];
}

/**
 * The results of futures of any executors, in the order given: of one future its result, of several a list.
 * With `throwExcept: false` a failed call gives `undefined` in its place.
 * @throws like {@link wait}
 */
export function getResult<Result>(fs: ResponseFuture<Result>, options?: ResultOptions): Promise<Result>;
export function getResult<Result>(fs: Iterable<ResponseFuture<Result>>, options?: ResultOptions): Promise<Result[]>;
export async function getResult<Result>(fs: Futures<Result>, options: ResultOptions = {}): Promise<Result | Result[]> {
  if (ResponseFuture.is(fs)) return (fs as ResponseFuture<Result>).result(options); // `is` does not know the result's type
  const futures = await listed(fs);
  await wait(futures, options);
  return futures.map((future) => resultOf(future));
}

function resultOf<Result>(future: ResponseFuture<Result>): Result {
  const call = ResponseFuture.callOf(future);
  call.fetched = true;
  return (call.state === 'success' ? call.value() : undefined) as Result; // what the function returned, by its type
}

async function listed<Result>(fs: Futures<Result>): Promise<readonly ResponseFuture<Result>[]> {
  if (fs instanceof FuturesList) await fs.submitted;
  if (ResponseFuture.is(fs)) return [fs as ResponseFuture<Result>]; // `is` does not know the result's type
  // A plain array: the `map` of a futures list is not Array's.
  const futures = Array.from(fs as Iterable<ResponseFuture<Result>>); // the other half of Futures
  const stranger = futures.findIndex((future) => !ResponseFuture.is(future));
  if (stranger >= 0)
    throw new TypeError(`element ${stranger} is no future; wait and getResult take what map and callAsync return`);
  return futures;
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
