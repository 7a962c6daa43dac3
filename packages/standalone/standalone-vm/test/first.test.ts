import { FunctionExecutor } from '@lithops/core';
import { afterAll, expect, it } from 'vitest';
import plugin from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

const cluster = await startTestCluster(2);
afterAll(() => cluster[Symbol.asyncDispose]());

it('runs', { timeout: 40_000 }, async () => {
  const t = performance.now();
  await using fexec = new FunctionExecutor({ backend: { plugin, config: cluster.section({ workers: undefined }) }, logLevel: 'debug' });
  expect(await fexec.map((i: number) => i * 2, [1, 2, 3]).result()).toEqual([2, 4, 6]);
  console.log('one machine', performance.now() - t);
  const t1 = performance.now();
  expect(await fexec.map((i: number) => i * 2, [1, 2, 3]).result()).toEqual([2, 4, 6]);
  console.log('again', performance.now() - t1);
});
it('runs on others', { timeout: 40_000 }, async () => {
  const t = performance.now();
  await using fexec = new FunctionExecutor({ backend: { plugin, config: cluster.section() }, logLevel: 'debug' });
  const hosts = await fexec.map(async (i: number) => { const { hostname } = await import('node:os'); await new Promise(r => setTimeout(r, 200)); return hostname() }, [1, 2, 3, 4]).result();
  expect(new Set(hosts).size).toBe(2);
  console.log('cluster', performance.now() - t, hosts);
});
