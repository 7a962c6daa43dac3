import { ValueBatch } from '@lithops/worker/values';
import type { Call } from '../future/call.ts';
import type { CallQueue } from '../job/call-queue.ts';
import { EncodedItem } from '../job/encoded-item.ts';

/** Calls that travel together, and their items. */
export interface Batch {
  readonly calls: readonly Call[];
  readonly items: Uint8Array;
}

/** Items larger than this in total do not travel together. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** Takes the first calls of a queue, at most `size`: fewer where one must travel alone, or their items are large. */
export function takeBatch(ready: CallQueue, size: number): Batch {
  const batch = new ValueBatch();
  const calls: Call[] = [];
  while (calls.length < size) {
    const call = ready.peek();
    if (call === undefined || (call.isolated && calls.length > 0)) break;
    if (calls.length > 0 && batch.byteLength + encodedBytes(call) > MAX_BATCH_BYTES) break;
    ready.advance();
    addItem(batch, call);
    calls.push(call);
    if (call.isolated || batch.byteLength > MAX_BATCH_BYTES) break;
  }
  return { calls, items: batch.finish() };
}

export function singleBatch(call: Call): Batch {
  const batch = new ValueBatch();
  addItem(batch, call);
  return { calls: [call], items: batch.finish() };
}

function addItem(batch: ValueBatch, { item }: Call): void {
  if (item instanceof EncodedItem) batch.addEncoded(item.bytes);
  else batch.add(item);
}

/** What is known of it before it is encoded: a primitive counts nothing. */
function encodedBytes({ item }: Call): number {
  return item instanceof EncodedItem ? item.bytes.byteLength : 0;
}
