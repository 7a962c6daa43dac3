import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PoolGrowth } from './pool-growth.ts';

const ONE_UP = { up: 1, starting: 0 };
const first = {};

it('a pool without processes starts some, and leaves a processor to its program', () => {
  const growth = new PoolGrowth(() => {});
  expect(growth.pays(first, { up: 0, starting: 0 })).toBe(true);
  expect(growth.pays(first, { up: 0, starting: Math.max(1, availableParallelism() - 1) })).toBe(false);
  growth.close();
});

it('a run waits for a process while its program is busy, but not for long', () => {
  const growth = new PoolGrowth(() => {});
  const since = performance.now();
  expect(growth.pays(first, ONE_UP)).toBe(false);
  spin(20);
  // A machine that is busy itself may take its time for that.
  expect(growth.pays(first, ONE_UP)).toBe(performance.now() - since >= 50);
  spin(50);
  expect(growth.pays(first, ONE_UP)).toBe(true);
  growth.close();
});

it('a run that an idle program waits for gets a process', async () => {
  const growth = new PoolGrowth(() => {});
  expect(growth.pays(first, ONE_UP)).toBe(false);
  await sleep(10);
  expect(growth.pays(first, ONE_UP)).toBe(true);
  // The next one waits anew.
  expect(growth.pays({}, ONE_UP)).toBe(false);
  growth.close();
});

it('many short waits of an idle program are worth a process as well, counted anew when it was done in between', async () => {
  const growth = new PoolGrowth(() => {});
  growth.pays({}, ONE_UP);
  await sleep(5);
  growth.idle();
  let idle = 0;
  while (!growth.pays({}, ONE_UP)) {
    const before = performance.eventLoopUtilization().idle;
    await sleep(1);
    idle += performance.eventLoopUtilization().idle - before;
  }
  expect(idle).toBeGreaterThan(29);
  growth.close();
});

it('asks to be asked again while a run waits', async () => {
  let looks = 0;
  const growth = new PoolGrowth(() => looks++);
  growth.pays(first, ONE_UP);
  await sleep(50);
  expect(looks).toBe(1);
  growth.close();
});

function spin(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}
