import { registry } from '@lithops/core';
import type { CallEvent, ComputePlugin } from '@lithops/core/plugin';
import { EncodedValues, encodeThrown, encodeValues } from '@lithops/worker/values';
import { describe, expect, it } from 'vitest';
import { casesNamed } from '../src/conformance-case.ts';
import { type ComputeHarness, computeCases, createComputeHarness, runCase, selectCases } from '../src/index.ts';
import { createMemoryCompute, type EventFilter } from './mutants/in-process-compute.ts';

/** Cases that need a process of the worker's own: to lose, to have an environment, or stacks that no test runner rewrites. */
const NEEDS_A_PROCESS = [
  'faults/endless-loop',
  'faults/never-started',
  'limits/kept-by-the-worker',
  'limits/among-tiny-tasks',
  'faults/cancelled-by-future-list-and-signal',
  'closures/environment-of-a-task',
  'errors/unhandled-rejection-in-a-task',
  'errors/stack-names-the-user-s-file',
  'flow/close',
];

// Executors inside tasks find the backend by its name.
registry.register(createMemoryCompute());

function harnessOf(filter?: EventFilter): ComputeHarness {
  return createComputeHarness({ plugin: createMemoryCompute(filter && { filter }) as ComputePlugin });
}

/** Which cases fail; of all that need no process, or of some, for a mutant makes those hang that do not concern it. */
async function failures(filter?: EventFilter, only?: readonly string[]): Promise<string[]> {
  const harness = harnessOf(filter);
  const { selected } = selectCases(computeCases, harness.capabilities);
  const failed: string[] = [];
  const asked = selected.filter(({ id }) => only?.includes(id) ?? !NEEDS_A_PROCESS.includes(id));
  for (const entry of asked) {
    const limit = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('too long')), 4000).unref());
    await Promise.race([runCase(entry, harness), limit]).catch(() => failed.push(entry.id));
  }
  return failed;
}

/** Changes each event; undefined drops it. */
function mapped(change: (event: CallEvent) => CallEvent | undefined): EventFilter {
  return async function* (events) {
    for await (const event of events) {
      const changed = change(event);
      if (changed !== undefined) yield changed;
    }
  };
}

function withValues(
  event: Extract<CallEvent, { type: 'result' }>,
  change: (values: unknown[]) => unknown[],
): CallEvent {
  const values = new EncodedValues(event.values);
  try {
    return { ...event, values: encodeValues(change(Array.from({ length: values.length }, (_, i) => values.get(i)))) };
  } catch {
    return event;
  }
}

const MUTANTS: readonly { readonly name: string; readonly filter: EventFilter; readonly caughtBy: string }[] = [
  {
    name: 'turns undefined into null',
    filter: mapped((event) =>
      event.type === 'result' ? withValues(event, (values) => values.map((value) => value ?? null)) : event,
    ),
    caughtBy: 'results/nothing-stays-in-place',
  },
  {
    name: 'answers calls of a batch in the wrong order',
    filter: mapped((event) =>
      event.type === 'result' && event.calls.length > 1 ? { ...event, calls: [...event.calls].reverse() } : event,
    ),
    caughtBy: 'results/many-tiny-calls',
  },
  {
    name: 'cuts bytes at 1 MiB',
    filter: mapped((event) =>
      event.type === 'result'
        ? withValues(event, (values) =>
            values.map((value) => (value instanceof Uint8Array ? value.subarray(0, 2 ** 20) : value)),
          )
        : event,
    ),
    caughtBy: 'results/large',
  },
  {
    name: 'keeps only the message of errors',
    filter: mapped((event) =>
      event.type === 'error' ? { ...event, error: encodeThrown(new Error('failed')) } : event,
    ),
    caughtBy: 'errors/come-back-as-themselves',
  },
  {
    name: 'loses failures',
    filter: mapped((event) => (event.type === 'error' ? undefined : event)),
    caughtBy: 'errors/thrown-values',
  },
  {
    name: 'drops the last event',
    filter: async function* (events) {
      let held: CallEvent | undefined;
      for await (const event of events) {
        if (held !== undefined) yield held;
        held = event;
      }
    },
    caughtBy: 'results/in-order-of-items',
  },
  {
    name: 'runs the invocations one after the other',
    filter: (() => {
      let last: Promise<unknown> = Promise.resolve();
      return async function* (events: AsyncIterable<CallEvent>) {
        const before = last;
        let done = (_: unknown) => {};
        last = new Promise((resolve) => {
          done = resolve;
        });
        await before;
        try {
          yield* events;
        } finally {
          done(undefined);
        }
      } satisfies EventFilter;
    })(),
    caughtBy: 'flow/as-completed',
  },
];

describe('the compute suite', () => {
  it('passes on the reference backend', async () => {
    expect(await failures()).toEqual([]);
  }, 120_000);

  it.each(MUTANTS)(
    'catches a backend that $name',
    async ({ filter, caughtBy }) => {
      expect(await failures(filter, [caughtBy])).toEqual([caughtBy]);
    },
    240_000,
  );

  it('runs some by group or id, and refuses names of none', () => {
    const ids = (names: readonly string[]) => casesNamed(computeCases, names).map(({ id }) => id);
    expect(ids(['faults/exit', 'limits'])).toEqual([
      'faults/exit',
      'limits/kept-by-the-worker',
      'limits/among-tiny-tasks',
    ]);
    expect(() => ids(['faults/exit', 'faults/no-such-case'])).toThrow(
      "'faults/no-such-case' names no conformance case",
    );
  });

  it('refuses to select nothing, and known gaps of no case', () => {
    const harness = harnessOf();
    expect(() => selectCases([], harness.capabilities)).toThrow('nothing would be tested');
    expect(() => selectCases(computeCases, harness.capabilities, { 'no/such-case': 'typo' })).toThrow('no/such-case');
  });

  it('fails a known gap that passes', async () => {
    const passing = { id: 'x/passes', title: '', run: async () => {} };
    await expect(runCase(passing, {}, { 'x/passes': 'was broken' })).rejects.toThrow('take it off the list');
    await expect(
      runCase({ ...passing, run: async () => Promise.reject(new Error('still')) }, {}, { 'x/passes': 'is broken' }),
    ).resolves.toBeUndefined();
  });
});
