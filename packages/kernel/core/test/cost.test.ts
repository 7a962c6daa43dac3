import { encodeValues } from '@lithops/worker/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateCost } from '../src/cost/estimate-cost.ts';
import {
  BudgetExceededError,
  CancelledError,
  ConfigError,
  type ExecutorOptions,
  FunctionExecutor,
} from '../src/index.ts';
import type { CallEvent, ComputePlugin, InvokeOptions, PriceModel } from '../src/plugin/index.ts';
import { defineComputePlugin, type Invocation } from '../src/plugin/index.ts';

/** A cent for each invocation, and one for each second. */
const pricing: PriceModel = {
  currency: 'EUR',
  asOf: '2026-01-01',
  source: 'https://example.com/prices',
  costOf: ({ billedMs, memory = 100 }) => 0.01 + (billedMs / 1000) * 0.01 * (memory / 100),
};

interface Platform {
  readonly priced?: boolean;
  /** What the platform says that each invocation took. */
  readonly billedMs?: number;
  /** Whether calls never end. */
  readonly hangs?: boolean;
}

/** A platform that answers each call with nothing, and charges for it. */
function platform({ priced = true, billedMs, hangs = false }: Platform): ComputePlugin {
  return defineComputePlugin({
    api: 1,
    name: 'priced',
    mode: 'serverless',
    config: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
    capabilities: () => ({
      delivery: 'response',
      maxWorkers: 2,
      concurrencyPerWorker: 1,
      maxPayloadBytes: Number.POSITIVE_INFINITY,
      maxResultBytes: Number.POSITIVE_INFINITY,
      maxTaskSeconds: Number.POSITIVE_INFINITY,
      recall: false,
      logs: true,
      exitCauses: true,
      sharesFileSystem: true,
      memoryPerJob: true,
    }),
    ...(priced && { pricing: () => pricing }),
    create: () => ({
      invoke: (invocation: Invocation, { signal }: InvokeOptions) => ({
        [Symbol.asyncIterator]: () => answers(invocation, hangs ? signal : undefined),
        ...(billedMs !== undefined && { billedMs: () => billedMs }),
      }),
      async [Symbol.asyncDispose]() {},
    }),
  });
}

async function* answers({ calls }: Invocation, until: AbortSignal | undefined): AsyncGenerator<CallEvent> {
  for (const call of calls) {
    yield { type: 'started', call, startedAt: Date.now(), worker: 'w' };
    if (until !== undefined) {
      await new Promise<void>((resolve) => until.addEventListener('abort', () => resolve(), { once: true }));
      return;
    }
    const stats = { startedAt: [0], duration: [500], cpuTime: 0, peakMemoryBytes: 0, worker: 'w', cold: false };
    yield { type: 'result', calls: [call], values: encodeValues([call]), stats };
  }
}

function executor(given: Platform = {}): FunctionExecutor {
  const options: ExecutorOptions = { backend: { plugin: platform(given) } };
  return new FunctionExecutor(options);
}

const settled = (list: { wait(options: object): Promise<unknown> }) => list.wait({ throwExcept: false });

describe('the cost of jobs', () => {
  it('is that of the time that the platform charges for, or else of the time that calls took', async () => {
    for (const [given, each] of [
      [{ billedMs: 2000 }, 0.03],
      [{}, 0.015],
    ] as const) {
      await using fexec = executor(given);
      await settled(fexec.map((i: number) => i, [1, 2, 3], { chunksize: 1 }));
      await expect.poll(() => fexec.jobSummary()[0]?.cost?.amount).toBeCloseTo(3 * each, 6);
    }
    await using unpriced = executor({ priced: false });
    await settled(unpriced.map((i: number) => i, [1]));
    expect(unpriced.jobSummary()[0]).not.toHaveProperty('cost');
  });

  it('ends a job before it costs more than its budget', async () => {
    await using fexec = executor({ billedMs: 1000 });
    const list = fexec.map(
      (i: number) => i,
      Array.from({ length: 20 }, (_, i) => i),
      { chunksize: 1, budget: 0.1 },
    );
    await settled(list);
    const ended = Array.from(list, ({ error }) => error instanceof BudgetExceededError);
    expect(ended).toContain(true);
    expect(ended[0]).toBe(false);
    await expect.poll(() => fexec.jobSummary()[0]?.cost?.amount).toBeGreaterThan(0.04);
    expect(fexec.jobSummary()[0]?.cost?.amount).toBeLessThanOrEqual(0.1);
  });

  it('ends calls that run while they cost too much, and leaves other jobs alone', async () => {
    await using fexec = executor({ hangs: true });
    const other = fexec.callAsync((i: number) => i, 0);
    const dear = fexec.callAsync((i: number) => i, 0, { budget: 0.012 });
    await expect(dear.result()).rejects.toBeInstanceOf(BudgetExceededError);
    expect(other.done).toBe(false);
    await other.cancel();
    await expect(other.result()).rejects.toBeInstanceOf(CancelledError);
  });

  it('has no budget where there are no prices, and none that is no amount', async () => {
    await using fexec = executor({ priced: false });
    await expect(fexec.callAsync((i: number) => i, 0, { budget: 1 }).result()).rejects.toBeInstanceOf(ConfigError);
    await expect(fexec.estimate({ calls: 1, seconds: 1 })).rejects.toBeInstanceOf(ConfigError);
    for (const budget of [0, -1, Number.NaN, '1' as unknown as number])
      expect(() => fexec.callAsync((i: number) => i, 0, { budget })).toThrow(RangeError);
  });

  it('can be estimated before anything is run', async () => {
    await using fexec = executor();
    expect(await fexec.estimate({ calls: 100, seconds: 2 })).toEqual({
      amount: expect.closeTo(3, 6) as number,
      currency: 'EUR',
      asOf: '2026-01-01',
      source: 'https://example.com/prices',
    });
    expect((await fexec.estimate({ calls: 100, seconds: 2, runtimeMemory: 200 })).amount).toBeCloseTo(5, 6);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50 }), (calls, chunksize) => {
        const { amount } = estimateCost({ calls, seconds: 1, chunksize }, pricing);
        expect(amount).toBeCloseTo(Math.ceil(calls / chunksize) * 0.01 + calls * 0.01, 6);
      }),
    );
    for (const wrong of [{ calls: 0 }, { calls: 1.5 }, { seconds: -1 }, { chunksize: 0 }])
      expect(() => estimateCost({ calls: 1, seconds: 1, ...wrong }, pricing)).toThrow(RangeError);
  });
});
