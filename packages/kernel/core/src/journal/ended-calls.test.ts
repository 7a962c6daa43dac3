import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CallState } from '../future/call.ts';
import { type CallMeasurements, toStats } from '../future/call-stats.ts';
import type { ObservedJob } from '../observation/job-observer.ts';
import { type EndedCallsLine, toEndedCalls, toEndedCallsLine } from './ended-calls.ts';

const SUBMITTED_AT = 1_790_000_000_000.4;

const time = fc.double({ min: SUBMITTED_AT, max: SUBMITTED_AT + 1e9, noNaN: true });
const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const measurements: fc.Arbitrary<CallMeasurements> = fc.record({
  submittedAt: time,
  invokedAt: maybe(time),
  doneAt: maybe(time),
  startedAt: maybe(time),
  duration: maybe(ms),
  cpuTime: maybe(ms),
  peakMemoryBytes: maybe(fc.nat()),
  worker: maybe(fc.constantFrom('here/1', 'here/2', 'there/1')),
  coldStart: maybe(fc.boolean()),
  attempts: fc.nat({ max: 10 }),
  bytesIn: fc.constant(undefined),
  bytesOut: fc.constant(undefined),
  cached: fc.boolean(),
});

const call = fc.record({
  index: fc.nat(),
  state: fc.constantFrom<CallState>('success', 'error', 'cancelled'),
  measured: measurements,
});

it('a journal tells of calls what their stats do, to a hundredth of a ms', () => {
  const job = { jobId: 'M007', submittedAt: SUBMITTED_AT } as ObservedJob; // all that a line has of it
  fc.assert(
    fc.property(fc.uniqueArray(call, { maxLength: 20, selector: ({ index }) => index }), (calls) => {
      const settled = calls.map(({ index, state, measured }) => ({ ...measured, index, state }));
      const failed = calls.filter(({ state }) => state === 'error');
      const errors = new Map(failed.map(({ index }) => [index, { name: 'RangeError', message: `of ${index}` }]));
      const written = JSON.stringify(toEndedCallsLine(job, settled, errors));
      const read = toEndedCalls(JSON.parse(written) as EndedCallsLine); // as written
      expect(read.map((entry) => [entry.jobId, entry.call, entry.state])).toEqual(
        calls.map(({ index, state }) => ['M007', index, state]),
      );
      for (const [place, entry] of read.entries()) {
        const { index, state, measured } = calls[place] as (typeof calls)[number]; // of the same length
        if (state === 'error') expect(entry.error).toMatchObject({ name: 'RangeError', message: `of ${index}` });
        else expect(entry).not.toHaveProperty('error');
        const stats = Object.entries(toStats(measured));
        expect(Object.keys(entry.stats).sort()).toEqual(stats.map(([name]) => name).sort());
        for (const [name, value] of stats) {
          const told = entry.stats[name as keyof typeof entry.stats];
          if (typeof value === 'number') expect(Math.abs(Number(told) - value)).toBeLessThan(0.02);
          else expect(told).toBe(value);
        }
      }
    }),
  );
});
