import { FunctionExecutor, taskContext } from '@lithops/core';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestEngine } from './engine.ts';

const test = await startTestEngine();
afterAll(() => test[Symbol.asyncDispose]());

const here = (_: number) => ({
  host: process.getBuiltinModule('node:os').hostname(),
  pid: process.pid,
  parent: process.ppid,
});

describe('an executor inside a task', { timeout: 60_000 }, () => {
  it('runs its tasks in processes beside it, in the same container, with nothing installed or configured', async () => {
    await using executor = test.executor({ dockerUser: 'me', dockerPassword: 'secret-password' });
    const nested = async (n: number) => {
      await using inner = new FunctionExecutor();
      return { outer: here(n), inner: await inner.map(here, [1, 2]).result() };
    };
    const { outer, inner } = await executor.callAsync(nested, 0).result();
    expect(inner).toHaveLength(2);
    for (const { host, parent } of inner) expect({ host, parent }).toEqual({ host: outer.host, parent: outer.pid });
  });

  it('may leave its futures to the client, and its tasks reach the same storage', async () => {
    await using executor = test.executor();
    const write = async (key: string) => {
      await taskContext().storage.putObject('storage', key, key.toUpperCase());
      return key;
    };
    const nested = (key: string) => new FunctionExecutor().map(write, [`${key}/one`, `${key}/two`]);
    expect(await executor.map(nested, ['a', 'b']).result()).toEqual([
      ['a/one', 'a/two'],
      ['b/one', 'b/two'],
    ]);
    const written = await executor.storage.getObject('storage', 'b/two');
    expect(new TextDecoder().decode(written)).toBe('B/TWO');
  });

  it('is told nothing of the passwords that its own executor has', async () => {
    await using executor = test.executor({ dockerUser: 'me', dockerPassword: 'secret-password' });
    const configuration = (_: number) =>
      JSON.stringify(Reflect.get(globalThis, Symbol.for('lithops.task')).executorConfig());
    const text = await executor.callAsync(configuration, 0).result();
    expect(text).toContain('"backend":"localhost"');
    expect(text).not.toMatch(/secret-password|dockerUser|docker_user/);
  });
});
