// Answers each request with the records that a worker would write, without running anything: what is measured is the client.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type * as TaskStorage from '@lithops/core/task-storage';
import type * as Detached from '@lithops/worker/detached';
import type * as Protocol from '@lithops/worker/protocol';
import type * as Values from '@lithops/worker/values';

const AT_ONCE = 64;

const consumer = createRequire(`${process.env['LITHOPS_BENCHMARK_CONSUMER']}/`);
const packed = <Module>(specifier: string): Promise<Module> => import(pathToFileURL(consumer.resolve(specifier)).href);
const { openJobStore } = await packed<typeof TaskStorage>('@lithops/core/task-storage');
const { parseDetachedRequest } = await packed<typeof Detached>('@lithops/worker/detached');
const { decodeStoredInvocation, encodeRecord, recordKey } = await packed<typeof Protocol>('@lithops/worker/protocol');
const { EncodedValues, encodeValues } = await packed<typeof Values>('@lithops/worker/values');

let running = 0;
const free = new EventTarget();
for await (const line of createInterface({ input: process.stdin })) {
  while (running >= AT_ONCE) await once(free, 'free');
  running++;
  void answer(line).finally(() => {
    running--;
    free.dispatchEvent(new Event('free'));
  });
}

async function answer(line: string): Promise<void> {
  const { task, key } = parseDetachedRequest(line);
  const store = openJobStore(task.storageConfig as TaskStorage.TaskStorageConfig); // made by the client's core
  const bytes = await store.find(key);
  if (bytes === undefined) throw new Error(`there is no invocation ${key}`);
  const { calls, items, log = '' } = decodeStoredInvocation(bytes);
  const given = new EncodedValues(items);
  const values = encodeValues(calls.map((_, position) => given.get(position)));
  const startedAt = performance.timeOrigin + performance.now();
  const stats = {
    startedAt: calls.map(() => startedAt),
    duration: calls.map(() => 1),
    cpuTime: 1,
    peakMemoryBytes: 1,
    worker: 'platform/1',
    cold: false,
  };
  const record = encodeRecord({
    writer: 'platform',
    closed: false,
    replies: [
      { type: 'event', channel: 1, event: { type: 'result', calls, values, stats } },
      { type: 'finished', channel: 1 },
    ],
  });
  await store.put(recordKey(log, 0), record, { ifAbsent: true });
}
