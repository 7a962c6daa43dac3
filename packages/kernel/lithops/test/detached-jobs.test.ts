import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@lithops/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { FunctionExecutor, listJobs, type StoredJob, WorkerLostError } from '../src/index.ts';
import { finished, folder, printed, startScript } from './script.ts';

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

describe('work that a platform has accepted', () => {
  it('goes on when its client is killed; who attaches joins it and runs nothing twice', {
    timeout: 180_000,
  }, async () => {
    const journal = join(folder, 'journal-joined');
    writeFileSync(journal, '');
    const child = startScript('joined.mjs', client(journal, [4000, 4000, 10, 20]));
    const ended = finished(child);
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
