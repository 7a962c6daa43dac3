import { ResponseFuture } from '../future/response-future.ts';
import type { Futures } from '../future/wait.ts';
import { type CallRecord, recordOf } from './call-record.ts';

/** What is known of the calls behind futures, in their order. @throws TypeError for what is no future */
export function recordsOf(fs: Futures<unknown>): CallRecord[] {
  // A plain array: the `map` of a futures list is not Array's.
  const futures: unknown[] = ResponseFuture.is(fs) ? [fs] : Array.from(fs as Iterable<ResponseFuture<unknown>>); // the other half of Futures
  return futures.map((future, place) => {
    if (ResponseFuture.is(future)) return recordOf(ResponseFuture.callOf(future));
    throw new TypeError(`element ${place} is no future; stats and plot take what map and callAsync return`);
  });
}
