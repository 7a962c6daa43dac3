import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@lithops-tools/services';
import { expect, it } from 'vitest';
import { RunQueue } from '../../standalone/src/master/run-queue.ts';

/** More than a master takes out of the queue at once. */
const MANY = 10_100;

it('the queue of a master gives out by priority, also what it has not taken out yet', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-queue-'));
  const path = join(folder, 'redis.sock');
  await using redis = await startRedis(['--unixsocket', path]);
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const queue = await RunQueue.open(
    {
      redis: { path, username: 'default', password: redis.password },
      keyFile: '',
      silenceMs: 10_000,
      environment: { release: 'test', machines: [] },
      execute: ({ channel }) => {
        begun.push(channel);
        return new Promise<void>((resolve) => ends.set(channel, resolve));
      },
      log: (text) => expect.unreachable(text),
    },
    'priorities',
  );
  try {
    const run = (channel: number) => ({ session: 'session', channel });
    await Promise.all(Array.from({ length: MANY }, (_, channel) => queue.add(run(channel), channel === 0 ? -1 : 0)));
    await expect.poll(() => begun.length, { timeout: 30_000 }).toBe(10_000);
    await queue.add(run(MANY), -7);
    await queue.add(run(MANY + 1), 7);
    await queue.add(run(MANY + 2), 8);
    const next = async (ended: number) => {
      const before = begun.length;
      ends.get(ended)?.();
      await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(before + 1);
      return begun.at(-1);
    };
    const [first = 0, second = 0, third = 0] = begun;
    expect(await next(first)).toBe(MANY + 2);
    expect(await next(second)).toBe(MANY + 1);
    expect(await next(third)).toBeLessThan(MANY);
  } finally {
    await queue.close();
    rmSync(folder, { recursive: true });
  }
});
