import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('what an owner that was killed has left behind is ended and removed', async () => {
  const script = fileURLToPath(new URL('./fixtures/owner.ts', import.meta.url));
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(owner.stdout.setEncoding('utf8'), 'data');
  const pids: number[] = JSON.parse(String(line));
  expect(pids).toHaveLength(2);
  const group = cgroupOf(pids[0] ?? 0);
  expect(existsSync(group)).toBe(true);
  owner.kill('SIGKILL');
  while (pids.some((pid) => existsSync(`/proc/${pid}`)) || existsSync(group)) await delay(20);
}, 120_000);

/** Of version 2, of the simulator that a sandbox belongs to. */
function cgroupOf(pid: number): string {
  const path = /^0::\/([^/\n]+)/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`process ${pid} is in no control group of its own`);
  return `/sys/fs/cgroup/unified/${path}`;
}
