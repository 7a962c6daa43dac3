import { expect, it } from 'vitest';
import { Wakefulness } from './wakefulness.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A clock that is moved by hand, and counts how often it is looked at. */
class Clock {
  ms = 0;
  looks = 0;
  readonly now = (): number => {
    this.looks++;
    return this.ms;
  };

  /** Whether somebody looks at it in every turn of the event loop. */
  async isWatched(): Promise<boolean> {
    const before = this.looks;
    for (let i = 0; i < 10; i++) await turn();
    return this.looks >= before + 5;
  }
}

it('keeps awake for what was quick before, for a bounded time, and sleeps otherwise', async () => {
  const clock = new Clock();
  const wakefulness = new Wakefulness(clock.now, 2);
  wakefulness.expect();
  expect(await clock.isWatched()).toBe(false); // nothing is known yet
  clock.ms += 0.1;
  wakefulness.arrived();
  wakefulness.expect();
  expect(await clock.isWatched()).toBe(true);
  clock.ms += 0.2;
  await turn();
  expect(await clock.isWatched()).toBe(false); // it has waited long enough
  wakefulness.arrived();
  wakefulness.expect();
  expect(await clock.isWatched()).toBe(false); // it has learnt
  clock.ms += 0.1;
  wakefulness.arrived();
  expect(await clock.isWatched()).toBe(false); // there is nothing to wait for
});

it('leaves a single CPU to the other side', async () => {
  const clock = new Clock();
  const wakefulness = new Wakefulness(clock.now, 1);
  for (let i = 0; i < 3; i++) {
    wakefulness.expect();
    wakefulness.arrived();
  }
  wakefulness.expect();
  expect(await clock.isWatched()).toBe(false);
});
