import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@lithops/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { FunctionExecutor } from '../src/index.ts';
import { folder, printed, writeScript } from './script.ts';

const config = { localhost: { storageRoot: join(folder, 'storage'), workerProcesses: 2 } };
/** An owner of whom nothing is heard for so long is gone. */
const LEASE_MS = 15_000;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Starts a client on another machine, as far as it can tell: under a host name of its own, from where our processes cannot
 * be looked at. The storage is shared.
 */
function startElsewhere(name: string, journal: string, ms: number): ChildProcess {
  const file = writeScript(
    `${name}.mjs`,
    `
const journal = ${JSON.stringify(journal)};
const fexec = new FunctionExecutor({ config: ${JSON.stringify(config)} });
const list = fexec.map(async (ms) => {
  const { appendFileSync } = await import('node:fs');
  const { hostname } = await import('node:os');
  appendFileSync(journal, [hostname(), ms, Date.now()].join(' ') + '\\n');
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
}, [10, ${ms}], { durable: true, chunksize: 1 });
await list.submitted;
console.log('submitted ' + fexec.executorId);
setInterval(() => {}, 1000);
`,
  );
  writeFileSync(journal, '');
  return spawn('unshare', ['--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name, process.execPath, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: folder,
    env: { ...process.env, HOME: folder },
  });
}

/** Host, item and time of each start of a call. */
function starts(journal: string): { readonly host: string; readonly item: number; readonly at: number }[] {
  const lines = readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [host = '', item, at] = line.split(' ');
    return { host, item: Number(item), at: Number(at) };
  });
}

describe.concurrent('a durable job whose owner is on another machine', { timeout: 180_000 }, () => {
  it('is only followed while that one lives, however long it takes', async () => {
    const ms = LEASE_MS + 7000;
    const journal = join(folder, 'journal-alive');
    const child = startElsewhere('alive-elsewhere', journal, ms);
    const ended = once(child, 'exit');
    const key = await printed(child, 'submitted ');
    try {
      await using fexec = await FunctionExecutor.attach(key, { config });
      expect(await fexec.getResult(undefined, { timeout: 120 })).toEqual([10, ms]);
      expect(
        starts(journal)
          .map(({ host, item }) => `${host} ${item}`)
          .sort(),
      ).toEqual(['alive-elsewhere 10', `alive-elsewhere ${ms}`]);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('is taken over when nothing was heard of that one for as long as its lease, and not before', async () => {
    const ms = 8000;
    const journal = join(folder, 'journal-dead');
    const child = startElsewhere('dead-elsewhere', journal, ms);
    const ended = once(child, 'exit');
    const key = await printed(child, 'submitted ');
    await eventually(() => expect(starts(journal)).toHaveLength(2), 60_000);
    child.kill('SIGKILL');
    await ended;
    const attachedAt = Date.now();
    await using fexec = await FunctionExecutor.attach(key, { config });
    expect(await fexec.getResult(undefined, { timeout: 120 })).toEqual([10, ms]);
    const here = starts(journal).filter(({ host }) => host === hostname());
    expect(here.map(({ item }) => item)).toContain(ms);
    for (const { at } of here) expect(at - attachedAt).toBeGreaterThan(LEASE_MS - 1000);
    await fexec.clean();
  });
});
