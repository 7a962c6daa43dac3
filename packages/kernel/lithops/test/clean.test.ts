import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Storage } from '../src/index.ts';

const main = new URL('../src/cli/main.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'lithops-clean-'));
const storage = new Storage({ config: { localhost: { storageRoot: join(folder, 'lithops/storage') } } });
afterAll(async () => {
  await storage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function clean(...args: string[]): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, 'lithops', 'clean', ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        HOME: folder,
        LITHOPS_CONFIG: '',
        LITHOPS_JOURNAL: join(folder, 'journal'),
        LITHOPS_CONFIG_FILE: '',
        LITHOPS_TEMP_DIR: join(folder, 'lithops'),
      },
    },
  );
  return { code: status, stdout, stderr };
}

describe('lithops clean', { timeout: 60_000 }, () => {
  it('deletes the data of jobs, with --all cached results too, and nothing of the user', async () => {
    const bucket = await storage.defaultBucket();
    const keys = [
      'lithops.cache/result',
      'lithops.jobs/exec/A000/data',
      'lithops.jobs/manifests/exec/A000',
      'mine/lithops.jobs/x',
    ];
    for (const key of keys) await storage.putObject(bucket, key, key);
    expect(clean()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /would delete the runtimes of localhost and the data of ALL jobs in localhost:.*--yes/,
      ),
    });
    expect(await storage.listKeys(bucket)).toEqual(keys);
    expect(clean('--yes')).toMatchObject({
      code: 0,
      stdout: `deleted 2 objects of localhost://${bucket}\n`,
      stderr: '',
    });
    expect(await storage.listKeys(bucket)).toEqual(['lithops.cache/result', 'mine/lithops.jobs/x']);
    mkdirSync(join(folder, 'journal'));
    writeFileSync(join(folder, 'journal', '1700000000000-exec-0.jsonl'), '');
    expect(JSON.parse(clean('--all', '--yes', '--json').stdout)).toEqual({
      backend: 'localhost',
      deleted: [],
      storage: `localhost://${bucket}`,
      objects: 1,
      journals: 1,
    });
    expect(await storage.listKeys(bucket)).toEqual(['mine/lithops.jobs/x']);
  });
});
