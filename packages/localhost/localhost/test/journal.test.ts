import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor } from '@lithops/core';
import { afterEach, expect, it } from 'vitest';
import localhost, { storage } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-journal-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Jobs that the journal says are over. */
function over(): number {
  const [name = ''] = readdirSync(join(folder, 'journal'));
  const lines = readFileSync(join(folder, 'journal', name), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.filter((line) => {
    const entry: { readonly type: string; readonly over?: boolean } = JSON.parse(line);
    return entry.type === 'progress' && entry.over === true;
  }).length;
}

it('does not hold hundreds of jobs that are over, while others go on', async () => {
  await using fexec = new FunctionExecutor({
    logLevel: 'silent',
    backend: { plugin: localhost, config: { workerProcesses: 2 } },
    storage: { plugin: storage, config: { storageRoot: join(folder, 'storage') } },
    config: { lithops: { journal: join(folder, 'journal') } },
  });
  const waiting = fexec.callAsync((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), 600_000);
  for (let i = 0; i < 300; i++) await fexec.callAsync((n: number) => n + 1, i).result();
  // What was put off until the last call's caller had gone on.
  await new Promise((resolve) => setImmediate(resolve));
  expect(over()).toBeGreaterThan(300 - 64);
  await waiting.cancel();
  await fexec.close();
  expect(over()).toBe(301);
});
