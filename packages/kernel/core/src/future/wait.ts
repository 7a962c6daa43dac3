import { FuturesList } from './futures-list.ts';
import { ResponseFuture, type ResultOptions } from './response-future.ts';
import { collect, settle, type WaitOptions } from './settle.ts';
import type { WaitLimits } from './wait-for-calls.ts';

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
  const futures = await listed(fs, options);
  await settle(futures, options);
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
  return collect(await listed(fs, options), options);
}

async function listed<Result>(fs: Futures<Result>, options: WaitLimits): Promise<readonly ResponseFuture<Result>[]> {
  if (fs instanceof FuturesList) await fs.untilSubmitted(options);
  if (ResponseFuture.is(fs)) return [fs as ResponseFuture<Result>]; // `is` does not know the result's type
  // A plain array: the `map` of a futures list is not Array's.
  const futures = Array.from(fs as Iterable<ResponseFuture<Result>>); // the other half of Futures
  const stranger = futures.findIndex((future) => !ResponseFuture.is(future));
  if (stranger >= 0)
    throw new TypeError(`element ${stranger} is no future; wait and getResult take what map and callAsync return`);
  return futures;
}
