import { encodeList, encodeReference, isSelfContained, ValueBatch } from '@lithops/worker/values';
import type { Call } from '../future/call.ts';
import { EncodedItem, itemBytes } from '../job/encoded-item.ts';
import type { Job } from '../job/job.ts';

/**
 * The result of one call as the item of another. What any function's worker can read goes on as it is: encoded, or the
 * mere reference to where it is in storage; the rest is decoded here, where its classes are, and encoded again.
 * @throws what the call failed with.
 */
export function forwardedItem(result: Call, job: Job, index: number): unknown | Promise<unknown> {
  result.markFetched();
  if (result.state !== 'success') throw result.error;
  const { stored, encoded } = result;
  if (stored?.selfContained === true) return new EncodedItem(encodeReference(stored), stored.bytes);
  if (stored !== undefined) return result.fetch().then((value) => job.fn.encodeItem(value, index));
  if (encoded !== undefined && isSelfContained(encoded)) return new EncodedItem(encoded);
  return job.fn.encodeItem(result.value(), index);
}

/** The results of many calls as one item: the list of them. @throws what the first failed call failed with. */
export async function forwardedList(results: readonly Call[], job: Job, index: number): Promise<EncodedItem> {
  const batch = new ValueBatch();
  let size = 0;
  for (const result of results) {
    const item = await forwardedItem(result, job, index);
    size += itemBytes(item);
    if (item instanceof EncodedItem) batch.addEncoded(item.bytes);
    else batch.add(item);
  }
  return new EncodedItem(encodeList(batch.finish()), size);
}
