import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { computeCases, createComputeHarness } from '@lithops/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import plugin from '../src/index.ts';
import { startTestEngine } from './engine.ts';

const test = await startTestEngine();
afterAll(() => test[Symbol.asyncDispose]());

/** A container without a network starts sooner. */
const section = { network: 'none' };

describe('through the engine, where the configuration says so', { timeout: 60_000 }, () => {
  const { engine, image: runtime } = test;
  const config = { ...section, channel: 'attach', runtime, workerProcesses: 2, dockerHost: engine.host };
  const harness = createComputeHarness({ plugin, config });
  const own = ['results/large', 'faults/exit', 'faults/cancelled-by-future-list-and-signal', 'faults/output'];
  const cases = computeCases.filter(({ id }) => [...own, 'faults/long-call-among-tiny-ones'].includes(id));
  it.each(cases)('$id', ({ run }) => run(harness));
});

describe('directly', { timeout: 60_000 }, () => {
  it('whoever the container runs as, and whatever of it can be written', async () => {
    const program = () => process.getuid?.();
    for (const [user, uid] of [
      ['0:0', 0],
      ['12345:12345', 12345],
    ] as const) {
      await using executor = test.executor({ ...section, user, readOnly: true });
      expect(await executor.callAsync(program, 0).result()).toBe(uid);
      expect(await executor.callAsync(channelOfTask, 0).result()).toEqual(['door', 'process-0']);
    }
  });

  it('what the container is shown cannot be filled or changed by it, and is gone with it', async () => {
    await using executor = test.executor({ ...section, user: '0:0' });
    const write = (path: string) => process.getBuiltinModule('node:fs').writeFileSync(path, 'x');
    await expect(executor.callAsync(write, '/lithops-channel/door/mine').result()).rejects.toMatchObject({
      code: 'EROFS',
    });
    const remove = (path: string) => process.getBuiltinModule('node:fs').unlinkSync(path);
    await expect(executor.callAsync(remove, '/lithops-channel/door/socket').result()).rejects.toMatchObject({
      code: 'EROFS',
    });
    expect(channelFolders()).toHaveLength(1);
    await executor.close();
    expect(channelFolders()).toEqual([]);
  });
});

describe('through the engine, where the container cannot have the folder', { timeout: 60_000 }, () => {
  it('as that of an engine that does not see our files', async () => {
    // What this path leads to depends on who follows it.
    const own = mkdtempSync(join(tmpdir(), 'lithops-unseen-'));
    const descriptor = openSync(own, 'r');
    vi.stubEnv('TMPDIR', `/proc/self/fd/${descriptor}`);
    try {
      await using executor = test.executor(section);
      expect(await executor.callAsync(channelOfTask, 0).result()).toEqual([]);
      expect(await executor.map((n: number) => n + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
      expect(readdirSync(own)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      closeSync(descriptor);
      rmSync(own, { recursive: true });
    }
  });

  it('as one whose path is too long for a socket', async () => {
    const own = mkdtempSync(join(tmpdir(), `lithops-${'long-'.repeat(20)}`));
    vi.stubEnv('TMPDIR', own);
    try {
      await using executor = test.executor(section);
      expect(await executor.callAsync(channelOfTask, 0).result()).toEqual([]);
      expect(readdirSync(own)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(own, { recursive: true });
    }
  });
});

/** What a task sees of the folder. */
function channelOfTask(): string[] {
  const { existsSync, readdirSync } = process.getBuiltinModule('node:fs');
  return existsSync('/lithops-channel') ? readdirSync('/lithops-channel').toSorted() : [];
}

function channelFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^lithops-channel-/.test(name) && name.includes(`-${process.pid}@`));
}
