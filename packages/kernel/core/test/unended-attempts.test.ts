import { ModuleCache, runInvocation } from '@lithops/worker';
import { EventStream } from '@lithops/worker/protocol';
import { expect, it } from 'vitest';
import { FunctionExecutor } from '../src/index.ts';
import { type CallEvent, type ComputePlugin, defineComputePlugin } from '../src/plugin/index.ts';

/** A backend that answers every call, and never says that an invocation has ended. */
function neverEnding(stopped: string[]): ComputePlugin<object> {
  const modules = new ModuleCache();
  return defineComputePlugin({
    api: 1,
    name: 'never_ending',
    mode: 'serverless',
    config: { '~standard': { version: 1, vendor: 'lithops', validate: () => ({ value: {} }) } },
    capabilities: () => ({
      delivery: 'response',
      maxWorkers: 1,
      concurrencyPerWorker: 1,
      maxPayloadBytes: Number.POSITIVE_INFINITY,
      maxResultBytes: Number.POSITIVE_INFINITY,
      maxTaskSeconds: Number.POSITIVE_INFINITY,
      recall: false,
      logs: false,
      exitCauses: false,
      sharesFileSystem: true,
    }),
    create: () => ({
      invoke(invocation, { module, signal }) {
        const events = new EventStream<CallEvent>();
        modules.add(module);
        signal.addEventListener('abort', () => {
          stopped.push(invocation.id);
          events.end();
        });
        void runInvocation(invocation, {
          load: (hash) => modules.load(hash),
          emit: (event) => events.push(event),
          signal,
        });
        return events;
      },
      async [Symbol.asyncDispose]() {},
    }),
  });
}

it('a worker whose word that it is done was lost does not keep other calls waiting', async () => {
  const stopped: string[] = [];
  await using fexec = new FunctionExecutor({ backend: { plugin: neverEnding(stopped) as ComputePlugin } });
  const double = (n: number) => n * 2;
  expect(await fexec.map(double, [1, 2], { chunksize: 1 }).result()).toEqual([2, 4]);
  expect(stopped).toHaveLength(1);
}, 60_000);
