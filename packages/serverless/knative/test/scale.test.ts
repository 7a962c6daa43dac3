import { afterAll, describe, expect, it, vi } from 'vitest';
import { startTestCluster } from './cluster.ts';

const test = await startTestCluster({ stableWindowMs: 1_000 });
afterAll(() => test[Symbol.asyncDispose]());

interface Span {
  readonly n: number;
  readonly pod: string;
  readonly from: number;
  readonly to: number;
}

/** Takes its time without taking a processor's. */
async function span(n: number): Promise<Span> {
  const { hostname } = await import('node:os');
  const from = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 250));
  return { n, pod: hostname(), from, to: Date.now() };
}

describe('workers of Knative', () => {
  it('run 200 tasks, 20 at once at most, from none and back to none', { timeout: 300_000 }, async () => {
    await using fexec = test.executor({ maxWorkers: 20, runtimeMemory: 128, runtimeCpu: 0.5, scaleDownDelay: '0s' });
    const items = Array.from({ length: 200 }, (_, n) => n);
    const spans = await fexec.map(span, items, { chunksize: 1 }).result();
    expect(spans.map(({ n }) => n)).toEqual(items);
    const pods = new Set(spans.map(({ pod }) => pod));
    expect(pods.size).toBeGreaterThan(1);
    expect(pods.size).toBeLessThanOrEqual(20);
    const atOnce = spans.map(({ from }) => spans.filter((each) => each.from <= from && each.to > from).length);
    expect(Math.max(...atOnce)).toBeGreaterThan(1);
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(20);
    // A pod has one task at a time.
    for (const pod of pods) {
      const own = spans.filter((each) => each.pod === pod).sort((a, b) => a.from - b.from);
      for (const [index, { from }] of own.entries()) expect(from).toBeGreaterThanOrEqual(own[index - 1]?.to ?? 0);
    }
    await vi.waitFor(async () => expect(await test.pods()).toEqual([]), { timeout: 120_000, interval: 200 });
    // And from none again.
    expect(await fexec.callAsync((n: number) => n + 1, 1).result()).toBe(2);
  });
});
