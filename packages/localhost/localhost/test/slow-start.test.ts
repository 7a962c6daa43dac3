import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor } from '@lithops/core';
import { afterAll, expect, it } from 'vitest';
import localhost, { storage } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-slow-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a call does not wait for the process that was started for it where another one is free', async () => {
  const runtime = join(folder, 'node');
  // The first process starts at once, all others take their time.
  writeFileSync(
    runtime,
    `#!/bin/sh\nmkdir '${folder}/first' 2>/dev/null || sleep 2\nexec '${process.execPath}' "$@"\n`,
  );
  chmodSync(runtime, 0o755);
  await using fexec = new FunctionExecutor({
    logLevel: 'silent',
    backend: { plugin: localhost, config: { runtime, workerProcesses: 2 } },
    storage: { plugin: storage, config: { storageRoot: join(folder, 'storage') } },
  });
  const [first, second] = await fexec.map(() => process.pid, [1, 2]).result();
  expect(second).toBe(first);
  // Who waits for a process that starts slowly gets it.
  const waits = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(process.pid), ms));
  const pids = await fexec.map(waits, [4000, 4000]).result();
  expect(new Set(pids).size).toBe(2);
}, 60_000);
