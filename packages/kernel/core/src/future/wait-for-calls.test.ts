import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimeoutError } from '../errors/timeout-error.ts';
import { Call } from './call.ts';
import type { CallOwner } from './call-owner.ts';
import { hasFailed } from './settle.ts';
import { waitForCalls } from './wait-for-calls.ts';

/** All of a job that its calls look at when they end. */
const owner = { itemBytes: () => 0, settled: () => {} } as Partial<CallOwner> as CallOwner;

function calls(count: number): Call[] {
  return Array.from({ length: count }, (_, index) => new Call(owner, index, undefined, 0));
}

/** What a wait came to, as far as it has by now. */
function outcomeOf(waiting: Promise<void>): { now(): Promise<string> } {
  let outcome = 'pending';
  waiting.then(
    () => (outcome = 'resolved'),
    (error: unknown) => (outcome = String(error)),
  );
  return {
    now: async () => {
      await new Promise(setImmediate);
      return outcome;
    },
  };
}

it('resolves when as many have ended as asked, or one has failed, and not before', async () => {
  const steps = fc.array(fc.record({ call: fc.nat({ max: 9 }), fails: fc.boolean() }), { maxLength: 30 });
  const waitedFor = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(waitedFor, fc.nat({ max: 15 }), fc.boolean(), steps, async (places, some, untilFailure, ends) => {
      const all = calls(10);
      // A call may be waited for more than once.
      const awaited = places.map((place) => all[place] as Call);
      const count = Math.min(some, awaited.length);
      const waiting = outcomeOf(waitForCalls(awaited, count, {}, untilFailure ? hasFailed : undefined));
      for (const { call, fails } of [{ call: 0, fails: false }, ...ends]) {
        if (fails) all[call]?.fail(new Error('on purpose'), 'error');
        else all[call]?.succeedStored({ key: '', bytes: 0, selfContained: true }, noTimes);
        const ended = awaited.filter(({ done }) => done);
        const over = ended.length >= count || (untilFailure && ended.some(hasFailed));
        expect(await waiting.now()).toBe(over ? 'resolved' : 'pending');
      }
    }),
    { numRuns: 100 },
  );
});

it('leaves no listener behind: what ends later is nobody’s to hear', async () => {
  const [first, second] = calls(2) as [Call, Call];
  const heard: string[] = [];
  const listen = (name: string) => () => void heard.push(name);
  second.onDone(listen('before'));
  const failing = outcomeOf(waitForCalls([first, second], 2, {}, hasFailed));
  second.onDone(listen('after'));
  const given = listen('taken back');
  second.onDone(given);
  second.offDone(given);
  first.fail(new Error('on purpose'), 'error');
  expect(await failing.now()).toBe('resolved');
  second.fail(new Error('on purpose'), 'error');
  expect(heard).toEqual(['before', 'after']);
});

it('gives up by time and by signal, and says how many calls are open', async () => {
  const [done, open] = calls(2) as [Call, Call];
  done.fail(new Error('on purpose'), 'error');
  await expect(waitForCalls([done, open], 2, { timeout: 0.01 })).rejects.toThrow(TimeoutError);
  await expect(waitForCalls([done, open], 2, { timeout: 0.01 })).rejects.toThrow('1 of 2 calls have not ended');
  const abort = new AbortController();
  const waiting = waitForCalls([done, open], 2, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(() => waitForCalls([done, open], 2, { signal: abort.signal })).toThrow('enough');
});

const noTimes = { startedAt: [0], duration: [0], cpuTime: 0, peakMemoryBytes: 0, worker: 'here/1', cold: false };
