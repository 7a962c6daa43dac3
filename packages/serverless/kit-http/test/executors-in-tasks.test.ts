import { FunctionExecutor } from '@lithops/core';
import { afterAll, describe, expect, it } from 'vitest';
import type { RemoteComputeConfig } from './fixtures/remote-compute.ts';
import { startHttpWorker } from './http-compute.ts';

const worker = await startHttpWorker({ LITHOPS_WORKER_CONCURRENCY: '4' });
afterAll(() => void worker.child.kill('SIGKILL'));

function executor(): FunctionExecutor {
  const section: RemoteComputeConfig = { url: worker.url, token: worker.token, password: 'secret-password' };
  return new FunctionExecutor({
    backend: 'http_remote',
    config: { lithops: { plugins: [`${import.meta.dirname}/fixtures/remote-compute.ts`] }, http_remote: section },
  } as ConstructorParameters<typeof FunctionExecutor>[0]); // a section of a plugin that declares no types
}

describe('an executor inside a task, of a plugin that says what tasks may see', { timeout: 60_000 }, () => {
  it('runs its tasks where the task itself runs, by the plugin that was sent along', async () => {
    await using fexec = executor();
    const nested = async (_: number) => {
      await using inner = new FunctionExecutor();
      return { parent: process.ppid, inner: await inner.map((n: number) => [n + 1, process.ppid], [1, 2]).result() };
    };
    const { parent, inner } = await fexec.callAsync(nested, 0).result();
    expect(parent).toBe(worker.child.pid);
    expect(inner).toEqual([
      [2, parent],
      [3, parent],
    ]);
  });

  it('is told of the section what the plugin allows, and no more', async () => {
    await using fexec = executor();
    const configuration = (_: number) =>
      JSON.stringify(Reflect.get(globalThis, Symbol.for('lithops.task')).executorConfig());
    const text = await fexec.callAsync(configuration, 0).result();
    expect(text).toContain('"backend":"http_remote"');
    expect(text).toContain(worker.url);
    expect(text).not.toContain('secret-password');
  });
});
