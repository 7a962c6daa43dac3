import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FunctionExecutor } from '@lithops/core';
import { type CallEndedEntry, followJournal, type JournalEntry } from '@lithops/core/journal';
import { afterEach, expect, it } from 'vitest';
import localhost, { storage } from '../src/index.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function openExecutor(): { fexec: FunctionExecutor; journal: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-journal-'));
  folders.push(folder);
  const journal = join(folder, 'journal');
  const fexec = new FunctionExecutor({
    logLevel: 'silent',
    backend: { plugin: localhost, config: { workerProcesses: 2 } },
    storage: { plugin: storage, config: { storageRoot: join(folder, 'storage') } },
    config: { lithops: { journal } },
  });
  return { fexec, journal };
}

async function entriesOf(journal: string): Promise<JournalEntry[]> {
  const [name = ''] = readdirSync(journal);
  const entries: JournalEntry[] = [];
  for await (const some of followJournal(join(journal, name))) entries.push(...some);
  return entries;
}

/** Jobs that the journal says are over. */
async function over(journal: string): Promise<number> {
  return (await entriesOf(journal)).filter((entry) => entry.type === 'progress' && entry.over).length;
}

/** Bytes of results, and of all else outside of the heap, that somebody holds. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().arrayBuffers;
}

it('does not hold hundreds of jobs that are over, while others go on', async () => {
  const { fexec, journal } = openExecutor();
  await using _ = fexec;
  const waiting = fexec.callAsync((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), 600_000);
  for (let i = 0; i < 300; i++) await fexec.callAsync((n: number) => n + 1, i).result();
  // What was put off until the last call's caller had gone on.
  await new Promise((resolve) => setImmediate(resolve));
  expect(await over(journal)).toBeGreaterThan(300 - 64);
  await waiting.cancel();
  await fexec.close();
  expect(await over(journal)).toBe(301);
});

it('holds no results while it waits to tell of their calls', async () => {
  const { fexec } = openExecutor();
  await using _ = fexec;
  const before = heldBytes();
  let results = 0;
  let held = 0;
  const large = fexec.mapStream((n: number) => new Uint8Array(1024 * 1024).fill(n), Array(300).keys(), {
    maxInFlight: 8,
  });
  for await (const result of large) if (result.length > 0 && ++results % 100 === 0) held = Math.max(held, heldBytes());
  expect(results).toBe(300);
  expect(held - before).toBeLessThan(32 * 1024 * 1024);
});

it('tells of each of the first calls of a large job, and of every one that failed', async () => {
  const { fexec, journal } = openExecutor();
  await using _ = fexec;
  const calls = 250_000;
  const task = (n: number) => {
    if (n === 5 || n === 99_999 || n === 249_999) throw new RangeError(`of ${n}`);
    return n;
  };
  const futures = fexec.map(task, Array(calls).keys());
  await futures.wait({ throwExcept: false });
  await fexec.close();

  const ended = (await entriesOf(journal)).filter((entry): entry is CallEndedEntry => entry.type === 'ended');
  const told = new Map(ended.map((entry) => [entry.call, entry]));
  expect(told.size).toBe(ended.length);
  expect(told.size).toBeGreaterThanOrEqual(100_000);
  for (const n of [5, 99_999, 249_999])
    expect(told.get(n)).toMatchObject({ state: 'error', error: { name: 'RangeError', message: `of ${n}` } });
  expect(ended.filter(({ state }) => state === 'error')).toHaveLength(3);
  for (const { call, stats } of ended.slice(0, 1000)) {
    const own = futures[call]?.stats;
    expect(stats.workerStartedAt).toBeCloseTo(own?.workerStartedAt ?? 0, 1);
    expect(stats.workerDuration).toBeCloseTo(own?.workerDuration ?? 0, 1);
    expect(stats.worker).toBe(own?.worker);
  }
});
