import { FunctionExecutor, PayloadTooLargeError } from '@lithops/core';
import { type CallEvent, defineComputePlugin, InvocationError, type InvocationRun } from '@lithops/core/plugin';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../src/index.ts';
import { createMemoryCompute } from './mutants/in-process-compute.ts';

const MAX_BYTES = 64_000;
const inProcess = createMemoryCompute();

/** Refuses, like a platform would, what is larger than it says that it carries. */
const limited: typeof inProcess = defineComputePlugin({
  ...inProcess,
  capabilities: (config) => ({
    ...inProcess.capabilities(config),
    maxPayloadBytes: MAX_BYTES,
    maxResultBytes: MAX_BYTES,
  }),
  create: async (config, context) => {
    const backend = await inProcess.create(config, context);
    return {
      invoke: (invocation, options) => {
        if (invocation.items.byteLength > MAX_BYTES) throw new InvocationError('the payload is too large');
        const run = backend.invoke(invocation, options);
        if (run instanceof Promise) throw new InvocationError('the memory backend gives events');
        return checked(run);
      },
      [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
    };
  },
});

async function* checked(run: InvocationRun): AsyncGenerator<CallEvent, void, void> {
  for await (const event of run) {
    if (event.type === 'result' && event.values.byteLength > MAX_BYTES)
      throw new InvocationError('the event is too large');
    yield event;
  }
}

const sizes = [10, 30_000, 70_000, 1_000_000];

describe('a backend that carries little', () => {
  it('is given items and gives results of any size, by way of the storage', async () => {
    await using fexec = new FunctionExecutor({ backend: { plugin: limited } });
    const items = sizes.map((size) => ({ bytes: new Uint8Array(size).fill(size % 251), text: 'x'.repeat(size) }));
    const list = fexec.map(({ bytes, text }: { bytes: Uint8Array; text: string }) => [bytes, text], items);
    expect(await list.result()).toEqual(items.map(({ bytes, text }) => [bytes, text]));
    const durable = fexec.map((item: { text: string }) => item.text, items, { durable: true });
    await durable.submitted;
    expect(await durable.result()).toEqual(items.map(({ text }) => text));
    await fexec.clean();
  });

  it('refuses what is too large where its tasks cannot open the storage', async () => {
    await using fexec = new FunctionExecutor({ backend: { plugin: limited }, storage: { plugin: memoryStorage } });
    await expect(fexec.callAsync((text: string) => text.length, 'x'.repeat(MAX_BYTES)).result()).rejects.toBeInstanceOf(
      PayloadTooLargeError,
    );
    expect(() => fexec.callAsync((n: number) => n, 1, { durable: true })).toThrow(/durable/);
  });
});
