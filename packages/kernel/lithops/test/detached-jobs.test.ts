import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@lithops/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { FunctionExecutor, listJobs, type StoredJob, WorkerLostError } from '../src/index.ts';
import { folder, isAlive, printed, startScript } from './script.ts';

const plugin = fileURLToPath(new URL('../../testing/test/detached-plugin.ts', import.meta.url));
const storageRoot = join(folder, 'storage');
const options = {
  backend: 'detached',
  config: { lithops: { plugins: [plugin] }, localhost: { storageRoot } },
} as const;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A client that hands over calls of `ms` each, and prints its executor's id. */
function client(journal: string, items: readonly number[]): string {
  return `
const fexec = new FunctionExecutor(${JSON.stringify(options)});
const journal = ${JSON.stringify(journal)};
const list = fexec.map(async (ms) => {
  const { appendFileSync } = await import('node:fs');
  appendFileSync(journal, 'start ' + process.pid + ' ' + process.ppid + '\\n');
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
}, ${JSON.stringify(items)});
await list.submitted;
console.log('submitted ' + fexec.executorId);
setInterval(() => {}, 1000);
`;
}

async function started(journal: string, count: number): Promise<string[]> {
  const lines = () =>
    readFileSync(journal, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('start '));
  await eventually(() => expect(lines().length).toBeGreaterThanOrEqual(count), 60_000);
  return lines();
}

// They wait for time limits and signs of life, each for those of a platform of its own.
describe.concurrent('work that a platform has accepted', () => {
  it('goes on when its client is killed; who attaches joins it and runs nothing twice', {
    timeout: 180_000,
  }, async () => {
    const journal = join(folder, 'journal-joined');
    writeFileSync(journal, '');
    const child = startScript('joined.mjs', client(journal, [4000, 4000, 10, 20]));
    // Its platform, which goes on, has its output open.
    const ended = once(child, 'exit');
    const key = await printed(child, 'submitted ');
    await started(journal, 2);
    child.kill('SIGKILL');
    await ended;
    await using fexec = await FunctionExecutor.attach(key, options);
    const jobs: StoredJob[] = [];
    for await (const job of listJobs(fexec.storage, key)) jobs.push(job);
    expect(jobs).toMatchObject([{ executorId: key, jobId: 'M000', jobKey: `${key}-M000`, calls: 4 }]);
    expect(await fexec.getResult(undefined, { timeout: 120 })).toEqual([4000, 4000, 10, 20]);
    expect(await started(journal, 4)).toHaveLength(4);
  });

  it('ends at its time limit though its client is gone; who attaches is told so', { timeout: 180_000 }, async () => {
    const journal = join(folder, 'journal-limited');
    writeFileSync(journal, '');
    const child = startScript(
      'limited.mjs',
      `
const fexec = new FunctionExecutor(${JSON.stringify(options)});
const journal = ${JSON.stringify(journal)};
const list = fexec.map(async (n) => {
  if (n === 0) return n;
  const { appendFileSync } = await import('node:fs');
  appendFileSync(journal, 'start ' + process.pid + ' ' + process.ppid + '\\n');
  for (;;);
}, [0, 1], { timeout: 15, chunksize: 1 });
await list.submitted;
console.log('submitted ' + fexec.executorId);
setInterval(() => {}, 1000);
`,
    );
    // Its platform, which goes on, has its output open.
    const ended = once(child, 'exit');
    const key = await printed(child, 'submitted ');
    const [line = ''] = await started(journal, 1);
    const [, worker, platform] = line.split(' ').map(Number);
    child.kill('SIGKILL');
    await ended;
    expect(isAlive(worker ?? 0)).toBe(true);
    // Both: a platform with nothing to do ends by itself.
    await eventually(() => expect([worker, platform].map((pid) => isAlive(pid ?? 0))).toEqual([false, false]), 60_000);
    await using fexec = await FunctionExecutor.attach(key, options);
    const [quick, endless] = await Promise.allSettled(
      Array.from(fexec.futures, (future) => future.result({ timeout: 60 })),
    );
    expect(quick).toEqual({ status: 'fulfilled', value: 0 });
    expect(endless).toMatchObject({ status: 'rejected', reason: { name: 'TimeoutError', phase: 'running' } });
  });

  it('is told as lost when its worker gives no sign of life any more', { timeout: 180_000 }, async () => {
    const journal = join(folder, 'journal-lost');
    writeFileSync(journal, '');
    await using fexec = new FunctionExecutor(options);
    const future = fexec.callAsync(async (path: string) => {
      const { appendFileSync } = await import('node:fs');
      appendFileSync(path, `start ${process.pid} ${process.ppid}\n`);
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    }, journal);
    const [line = ''] = await started(journal, 1);
    // The whole of the platform: nobody is left to tell.
    process.kill(Number(line.split(' ')[2]), 'SIGKILL');
    await expect(future.result({ timeout: 120 })).rejects.toBeInstanceOf(WorkerLostError);
  });
});
