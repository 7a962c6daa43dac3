import { ModuleCache, runInvocation } from '@lithops/worker';
import { EventStream } from '@lithops/worker/protocol';
import { expect, it } from 'vitest';
import { FunctionExecutor } from '../src/index.ts';
import type { CallEvent, ComputePlugin } from '../src/plugin/index.ts';
import { plainPlugin } from './plain-plugin.ts';

/** A backend that answers every call, and never says that an invocation has ended. */
function neverEnding(stopped: string[]): ComputePlugin {
  const modules = new ModuleCache();
  return plainPlugin('never_ending', (invocation, { module, signal }) => {
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
  });
}

it('a worker whose word that it is done was lost does not keep other calls waiting', async () => {
  const stopped: string[] = [];
  await using fexec = new FunctionExecutor({ backend: { plugin: neverEnding(stopped) } });
  const double = (n: number) => n * 2;
  expect(await fexec.map(double, [1, 2], { chunksize: 1 }).result()).toEqual([2, 4]);
  expect(stopped).toHaveLength(1);
}, 60_000);
