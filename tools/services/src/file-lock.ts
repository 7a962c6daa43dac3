import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where what takes long to make is kept for the next run. */
export const CACHE_FOLDER: string = join(tmpdir(), 'lithops-test-services');

/** Runs one of this name at a time, among all processes of this machine; the lock of a dead process is taken over. */
export async function withFileLock<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  await mkdir(CACHE_FOLDER, { recursive: true });
  const file = join(CACHE_FOLDER, `${name}.lock`);
  while (!(await taken(file))) {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
    await delay(100);
  }
  try {
    return await run();
  } finally {
    await rm(file, { force: true });
  }
}

async function taken(file: string): Promise<boolean> {
  return writeFile(file, String(process.pid), { flag: 'wx' }).then(
    () => true,
    () => false,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
