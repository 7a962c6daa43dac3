import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { CallEvent, ComputeBackend, ComputeCapabilities, Invocation, ShippedModule } from '@lithops/core/plugin';
import { EncodedValues, encodeValues } from '@lithops/worker/values';
import type { ConformanceCase } from '../conformance-case.ts';
import { within } from '../eventually.ts';
import type { ComputeHarness } from './compute-harness.ts';

/** Time limits that workers keep by themselves, for a client that may be gone: here it has none of its own. */
export const limitCases: readonly ConformanceCase<ComputeHarness, ComputeCapabilities>[] = [
  {
    id: 'limits/kept-by-the-worker',
    title:
      'an invocation whose time is over is killed where it runs, and told call by call; the worker is usable again',
    // What a platform does that tells nothing is looked at with clients that are killed.
    needs: ({ delivery }) => delivery !== 'storage',
    async run({ createBackend }) {
      await using backend = await createBackend();
      // How long a worker takes to start is not what is looked at.
      deepStrictEqual(await eventsOf(backend, 'first', [0], undefined), [['result', 0]]);
      const events = await within(30_000, 'an invocation with a limit', eventsOf(backend, 'limited', [1, 99, 2], 2000));
      deepStrictEqual(events, [
        ['result', 1],
        ['expired', 99, 2],
      ]);
      deepStrictEqual(await eventsOf(backend, 'in-time', [3, 4], 60_000), [
        ['result', 3],
        ['result', 4],
      ]);
    },
  },
  {
    id: 'limits/among-tiny-tasks',
    title: 'of an invocation of tiny tasks whose time is over, one of the few that it may have been is said to run',
    needs: ({ delivery }) => delivery !== 'storage',
    async run({ createBackend }) {
      await using backend = await createBackend();
      const items = Array.from({ length: 60 }, (_, i) => i);
      await eventsOf(backend, 'first', items, undefined, tiny);
      const limited = [...items, 99, ...items];
      const events = await within(30_000, 'tiny tasks with a limit', eventsOf(backend, 'limited', limited, 2000, tiny));
      // What it had not told of yet is lost with its process; 99, and what is behind it, in any case.
      const told = events.flatMap(([type, ...told]) => (type === 'expired' ? told : []));
      deepStrictEqual(told.slice(told.indexOf(99)), [99, ...items]);
    },
  },
];

/** Item 99 never ends; others take long enough to be told one by one. */
const waiting: ShippedModule = {
  hash: 'limit-cases',
  code: `export default () => ({ table: [], fn: async (i) => {
    if (i === 99) for (;;);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return i;
  } });`,
  assets: [],
};

/** The same, without a wait. */
const tiny: ShippedModule = {
  hash: 'tiny-limit-cases',
  code: `export default () => ({ table: [], fn: (i) => {
    if (i === 99) for (;;);
    return i;
  } });`,
  assets: [],
};

/** At most so many calls may be taken for the one that runs. */
const MOST_SUSPECTS = 16;

/** What is told of each call: its item stands for it. */
async function eventsOf(
  backend: ComputeBackend,
  id: string,
  items: readonly number[],
  limitMs: number | undefined,
  module: ShippedModule = waiting,
): Promise<(string | number)[][]> {
  // Workers that outlive a case know an invocation again.
  const executorId = `limits-${crypto.randomUUID()}`;
  const invocation: Invocation = {
    id: `${executorId}-M000/${id}`,
    executorId,
    jobId: 'M000',
    attempt: 1,
    module: module.hash,
    calls: items.map((_, index) => index),
    items: encodeValues(items),
    passContext: false,
    ...(limitMs !== undefined && { limitMs }),
  };
  const run = backend.invoke(invocation, { module, signal: new AbortController().signal });
  ok(!(run instanceof Promise), 'a backend that gives its events was expected');
  const told: (string | number)[][] = [];
  for await (const event of run) told.push(...describe(event, items));
  return told;
}

function describe(event: CallEvent, items: readonly number[]): (string | number)[][] {
  if (event.type === 'result') {
    const values = new EncodedValues(event.values);
    return event.calls.map((call, position) => {
      strictEqual(values.get(position), items[call]);
      return ['result', items[call] ?? 'none'];
    });
  }
  if (event.type !== 'expired') return [];
  const { running, suspects = running === undefined ? [] : [running] } = event;
  ok(
    suspects.some((call) => items[call] === 99) && suspects.length <= MOST_SUSPECTS,
    `the call that was running is one of ${suspects.map((call) => items[call])}`,
  );
  return [['expired', ...event.calls.map((call) => items[call] ?? 'none')]];
}
