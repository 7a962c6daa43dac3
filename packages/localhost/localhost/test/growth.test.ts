import { FunctionExecutor } from '@lithops/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import localhost, { storage } from '../src/index.ts';

let fexec: FunctionExecutor;
beforeAll(async () => {
  fexec = new FunctionExecutor({
    logLevel: 'silent',
    backend: { plugin: localhost, config: { workerProcesses: 2 } },
    storage: { plugin: storage, config: {} },
  });
  // One process is up, as a script's first call leaves it.
  await fexec.callAsync(() => 0, 0).result();
});
afterAll(() => fexec.close());

it('short calls that keep their process busy are shared with another one', async () => {
  const spin = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; );
    return process.pid;
  };
  const pids = await fexec.map(spin, new Array<number>(1000).fill(2)).result();
  expect(new Set(pids).size).toBe(2);
}, 60_000);

it('the next ones find both', async () => {
  const wait = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(process.pid), ms));
  expect(new Set(await fexec.map(wait, [500, 500]).result()).size).toBe(2);
});
