import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor } from '@lithops/core';
import { eventually, within } from '@lithops/testing';
import { expect, it } from 'vitest';
import localhost, { storage } from '../src/index.ts';

it('closes while a worker has ended and its output is still held open by its own child', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-close-'));
  const note = join(folder, 'worker');
  try {
    const fexec = new FunctionExecutor({
      backend: { plugin: localhost, config: { workerProcesses: 1 } },
      storage: { plugin: storage, config: { storageRoot: join(folder, 'storage') } },
      retries: 0,
    });
    const lost = fexec.callAsync(async (file: string) => {
      const { spawn } = await import('node:child_process');
      const { writeFileSync } = await import('node:fs');
      spawn('sleep', ['1'], { stdio: 'inherit' });
      writeFileSync(file, String(process.pid));
      process.kill(process.pid, 'SIGKILL');
    }, note);
    // Gone from the process table: its exit has been told, and what it wrote last is being waited for.
    await eventually(() => expect(existsSync(`/proc/${readFileSync(note, 'utf8') || 'self'}`)).toBe(false));
    await within(5000, 'close() beside a dead worker', fexec.close());
    await expect(lost.result()).rejects.toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
