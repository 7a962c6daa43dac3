import { ModuleCache, runInvocation } from '@lithops/worker';
import { EventStream } from '@lithops/worker/protocol';
import { expect, it } from 'vitest';
import { FunctionExecutor, InvocationError } from '../src/index.ts';
import type { CallEvent, ComputeCapabilities, ComputePlugin } from '../src/plugin/index.ts';
import { plainPlugin } from './plain-plugin.ts';

/** A backend that runs calls in this process. @param sending told of each invocation, before it is begun */
function inProcess(capabilities: Partial<ComputeCapabilities>, sending: () => void): ComputePlugin {
  const modules = new ModuleCache();
  return plainPlugin(
    'in_process',
    (invocation, { module, signal }) => {
      sending();
      const events = new EventStream<CallEvent>();
      modules.add(module);
      const host = {
        load: (hash: string) => modules.load(hash),
        emit: (event: CallEvent) => events.push(event),
        signal,
      };
      setImmediate(() => void runInvocation(invocation, host).then(() => events.end()));
      return events;
    },
    { maxWorkers: 200, ...capabilities },
  );
}

const double = (n: number) => n * 2;

it('what has been sent gets on its way while more is being sent', async () => {
  let turns = 0;
  const turnsBefore: number[] = [];
  const backend = inProcess({}, () => {
    turnsBefore.push(turns);
    for (const end = performance.now() + 1; performance.now() < end; );
  });
  await using fexec = new FunctionExecutor({ backend: { plugin: backend }, logLevel: 'silent' });
  let counting = true;
  const count = () => {
    turns++;
    if (counting) setImmediate(count);
  };
  count();
  const items = Array.from({ length: 200 }, (_, i) => i);
  expect(await fexec.map(double, items, { chunksize: 1 }).result()).toEqual(items.map(double));
  counting = false;
  expect(turnsBefore).toHaveLength(200);
  // All could be sent at once; 200 ms are many slices.
  expect((turnsBefore.at(-1) ?? 0) - (turnsBefore[0] ?? 0)).toBeGreaterThan(10);
});

it('a plugin whose runs cannot be stopped as it says is refused', async () => {
  await using fexec = new FunctionExecutor({
    backend: { plugin: inProcess({ stop: true }, () => {}) },
    logLevel: 'silent',
  });
  const error = await fexec
    .callAsync(double, 1)
    .result()
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvocationError);
  expect(String(error)).toContain('`stop: true`');
});
