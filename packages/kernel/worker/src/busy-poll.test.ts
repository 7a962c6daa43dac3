import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BusyPoll } from './busy-poll.ts';

/** ms */
let now = 0;
beforeEach(() => {
  now = 0;
  vi.useFakeTimers({ toFake: ['setImmediate'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Waits `count` times, as long as the way of waiting takes. @returns how many were polled */
function wait(poll: BusyPoll, count: number, ms: { readonly polled: number; readonly slept: number }): number {
  let polls = 0;
  for (let i = 0; i < count; i++) {
    poll.begin();
    const polled = vi.getTimerCount() > 0;
    if (polled) polls++;
    now += polled ? ms.polled : ms.slept;
    poll.end();
    vi.runAllTimers();
  }
  return polls;
}

describe.skipIf(availableParallelism() < 2)('a busy poll', () => {
  it('polls where that shortens waits', () => {
    const poll = new BusyPoll();
    wait(poll, 200, { polled: 0.1, slept: 0.3 });
    expect(wait(poll, 4096, { polled: 0.1, slept: 0.3 })).toBeGreaterThanOrEqual(4090);
  });

  it('sleeps where polling makes waits longer, as on a busy machine', () => {
    const poll = new BusyPoll();
    wait(poll, 200, { polled: 0.4, slept: 0.3 });
    expect(wait(poll, 4096, { polled: 0.4, slept: 0.3 })).toBeLessThanOrEqual(6);
  });

  it('sleeps through long waits', () => {
    const poll = new BusyPoll();
    wait(poll, 200, { polled: 20, slept: 20 });
    expect(wait(poll, 4096, { polled: 20, slept: 20 })).toBeLessThanOrEqual(6);
  });

  it('finds out when the better way has changed', () => {
    const poll = new BusyPoll();
    wait(poll, 500, { polled: 0.4, slept: 0.2 });
    wait(poll, 2000, { polled: 0.1, slept: 0.2 });
    expect(wait(poll, 320, { polled: 0.1, slept: 0.2 })).toBeGreaterThanOrEqual(310);
  });

  it('sleeps soon when the machine gets busy', () => {
    const poll = new BusyPoll();
    wait(poll, 10_000, { polled: 0.1, slept: 0.3 });
    expect(wait(poll, 100, { polled: 0.8, slept: 0.3 })).toBeLessThanOrEqual(10);
  });

  it('gives up what does not come, and leaves nothing in line', () => {
    const poll = new BusyPoll();
    wait(poll, 200, { polled: 0.1, slept: 0.3 });
    poll.begin();
    for (let turns = 0; turns < 100; turns++) {
      now += 0.05;
      vi.advanceTimersToNextTimer();
    }
    expect(vi.getTimerCount()).toBe(0);
    poll.end();
    poll.end();
    expect(vi.getTimerCount()).toBe(0);
  });
});
