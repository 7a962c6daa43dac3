import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor, InvocationError } from '@lithops/core';
import {
  type CallEvent,
  type ComputeCapabilities,
  type ComputePlugin,
  defineComputePlugin,
  type PluginReference,
} from '@lithops/core/plugin';
import { ModuleCache, runInvocation } from '@lithops/worker';
import { EventStream } from '@lithops/worker/protocol';
import { afterAll, expect, it } from 'vitest';
import { detachedCompute } from '../src/index.ts';

const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-detached-jobs-'));
afterAll(() => rmSync(storageRoot, { recursive: true, force: true }));

/** How invocations came, and what becomes of those that are handed over. */
interface Platform {
  readonly ways: ('told' | 'detached')[];
  /** Accepted, and never started. */
  drops: number;
}

/** A backend that runs what it is to answer here, and hands the rest to the detached one, unless it is to drop it. */
function choosing(platform: Platform, more: Partial<ComputeCapabilities>): ComputePlugin<object> {
  const modules = new ModuleCache();
  return defineComputePlugin({
    api: 1,
    name: 'choosing',
    mode: 'serverless',
    config: { '~standard': { version: 1, vendor: 'lithops', validate: () => ({ value: {} }) } },
    capabilities: () => ({ ...detachedCompute.capabilities({}), delivery: 'response', maxWorkers: 4, ...more }),
    create: async (_, context) => {
      const detached = await detachedCompute.create({ platform: 'kept' }, context);
      return {
        invoke(invocation, options) {
          const { module, signal } = options;
          platform.ways.push(options.detached === undefined ? 'told' : 'detached');
          if (options.detached !== undefined && platform.drops-- > 0) return Promise.resolve({ id: 'dropped' });
          if (options.detached !== undefined) return detached.invoke(invocation, options);
          const events = new EventStream<CallEvent>();
          modules.add(module);
          const emit = (event: CallEvent) => events.push(event);
          void runInvocation(invocation, { load: (hash) => modules.load(hash), emit, signal }).then(() => events.end());
          return events;
        },
        [Symbol.asyncDispose]: () => detached[Symbol.asyncDispose](),
      };
    },
  });
}

function open(platform: Platform, more: Partial<ComputeCapabilities>): FunctionExecutor {
  const backend: PluginReference = { plugin: choosing(platform, more) as ComputePlugin };
  return new FunctionExecutor({ backend, config: { localhost: { storageRoot } } });
}

const double = (n: number) => n * 2;

it('chooses for each job whether its events are told or read from the storage', async () => {
  const platform: Platform = { ways: [], drops: 0 };
  await using fexec = open(platform, { detaches: { beyondAtOnce: 3, beyondSeconds: 100 }, maxTaskSeconds: 900 });
  const ways = async (run: () => Promise<unknown>) => {
    platform.ways.splice(0);
    await run();
    return [...new Set(platform.ways)];
  };
  expect(await ways(() => fexec.map(double, [1, 2, 3], { timeout: 60 }).result())).toEqual(['told']);
  expect(await ways(() => fexec.map(double, [1, 2, 3, 4], { timeout: 60 }).result())).toEqual(['detached']);
  expect(await ways(() => fexec.callAsync(double, 1, { timeout: 101 }).result())).toEqual(['detached']);
  expect(await ways(() => fexec.callAsync(double, 1).result())).toEqual(['detached']);
  expect(await ways(() => fexec.callAsync(double, 1, { timeout: 60, durable: true }).result())).toEqual(['detached']);
  await fexec.clean();
}, 60_000);

it('tells all where the backend gives no choice', async () => {
  const platform: Platform = { ways: [], drops: 0 };
  await using fexec = open(platform, { maxTaskSeconds: 900 });
  expect(await fexec.map(double, [1, 2, 3, 4, 5], { durable: true }).result()).toEqual([2, 4, 6, 8, 10]);
  expect(new Set(platform.ways)).toEqual(new Set(['told']));
  await fexec.clean();
}, 60_000);

it('hands over again what the platform has dropped, and not for ever', async () => {
  const platform: Platform = { ways: [], drops: 1 };
  // Workers are warm by now.
  await using fexec = open(platform, { detaches: { beyondAtOnce: 0 }, startSeconds: 1 });
  const future = fexec.callAsync(double, 4);
  expect(await future.result()).toBe(8);
  expect(future.stats.attempts).toBe(1);
  expect(platform.ways.length).toBeGreaterThan(1);
  platform.drops = 3;
  const lost = fexec.callAsync(double, 5).result();
  await expect(lost).rejects.toBeInstanceOf(InvocationError);
  await expect(lost).rejects.toThrow(/accepted the invocation 3 times/);
}, 60_000);
