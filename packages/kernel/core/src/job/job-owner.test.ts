import { hostname } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type JobOwner, OwnerWatch } from './job-owner.ts';
import { ownIdentity } from './process-identity.ts';

const here: JobOwner = { ...ownIdentity(), beat: 0, released: false };
/** The same name and the same numbers, on a machine that was started another time. */
const elsewhere: JobOwner = { ...here, host: `${hostname()}/another-boot` };
afterEach(() => vi.useRealTimers());

describe('the owner of a job', () => {
  it('on this machine is looked at', () => {
    expect(new OwnerWatch().lives(here)).toBe(true);
    expect(new OwnerWatch().lives({ ...here, startedAt: '1' })).toBe(false);
    expect(new OwnerWatch().lives({ ...here, pid: 2 ** 22 + 1 })).toBe(false);
  });

  it('that has let go is none, wherever it is', () => {
    for (const owner of [here, elsewhere]) expect(new OwnerWatch().lives({ ...owner, released: true })).toBe(false);
  });

  it('on another machine lives as long as its beat changes, and 15 s more', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const watch = new OwnerWatch();
    expect(watch.lives(elsewhere)).toBeUndefined();
    vi.advanceTimersByTime(14_000);
    expect(watch.lives(elsewhere)).toBeUndefined();
    expect(watch.lives({ ...elsewhere, beat: 3 })).toBe(true);
    vi.advanceTimersByTime(14_000);
    expect(watch.lives({ ...elsewhere, beat: 3 })).toBeUndefined();
    vi.advanceTimersByTime(2_000);
    expect(watch.lives({ ...elsewhere, beat: 3 })).toBe(false);
  });

  it('that beats again after it was silent lives', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const watch = new OwnerWatch();
    watch.lives(elsewhere);
    vi.advanceTimersByTime(16_000);
    expect(watch.lives({ ...elsewhere, beat: 1 })).toBe(true);
  });
});
