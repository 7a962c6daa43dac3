import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Invocation, ShippedModule } from '../src/index.ts';
import { ProcessPool, WorkerDied } from '../src/pool/index.ts';
import { encodeValues } from '../src/values/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-start-limit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const module: ShippedModule = { hash: 'none', code: '', assets: [] };

function invocation(call: number): Invocation {
  return {
    id: `test/${call}`,
    executorId: 'test',
    jobId: 'M000',
    attempt: 1,
    module: module.hash,
    calls: [call],
    items: encodeValues([call]),
    passContext: false,
  };
}

it('a process that never answers is ended, and each run that waited for one is told', async () => {
  const runtime = join(folder, 'node');
  writeFileSync(runtime, '#!/bin/sh\nexec sleep 600\n');
  chmodSync(runtime, 0o755);
  const pids: number[] = [];
  const pool = new ProcessPool({
    size: 2,
    command: { execPath: runtime, execArgv: [], env: process.env, cwd: folder },
    startLimitMs: 200,
    onSpawn: (pid) => pids.push(pid),
  });
  const outcomes = await Promise.allSettled(
    [0, 1, 2].map(async (call) => {
      for await (const _ of pool.run(invocation(call), module));
    }),
  );
  for (const outcome of outcomes) {
    const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
    expect(reason).toBeInstanceOf(WorkerDied);
    expect(reason).toHaveProperty('message', 'the worker was ended: it did not answer within 0.2 s of its start');
  }
  await pool.close();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('a program that was held up itself does not end a process that has answered meanwhile', async () => {
  const code = 'export default () => { const fn = (n) => n + 1; return { fn, table: [fn] }; };';
  const pool = new ProcessPool({
    size: 1,
    command: { execPath: process.execPath, execArgv: [], env: process.env, cwd: folder },
    startLimitMs: 3000,
  });
  pool.prewarm(1);
  // Long enough for the process to start, and for the limit to pass.
  for (const end = performance.now() + 3500; performance.now() < end; );
  const types: string[] = [];
  for await (const event of pool.run(invocation(1), { hash: 'none', code, assets: [] })) types.push(event.type);
  expect(types.at(-1)).toBe('result');
  await pool.close();
});
