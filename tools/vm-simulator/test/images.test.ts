import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FunctionExecutor } from '@lithops/core';
import { afterAll, expect, it } from 'vitest';
import { buildPrograms } from '../../../packages/standalone/standalone/build-master.ts';
import plugin, { openVmAccount, VmSimulator } from '../src/index.ts';

await buildPrograms();
const folder = mkdtempSync(join(tmpdir(), 'lithops-images-'));
const account = await openVmAccount();
const provider = new VmSimulator(account.name);
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
const section = { account: account.name, sshUsername: 'root', execMode: 'create', workerProcesses: 1 } as const;
const main = new URL('../../../packages/kernel/lithops/src/cli/main.ts', import.meta.url).href;

/** `lithops image ...` */
async function image(
  ...args: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  const config = { lithops: { backend: 'vm_simulator', plugins: [join(import.meta.dirname, '../src/index.ts')] } };
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, 'lithops', 'image', ...args], {
    env: { ...process.env, HOME: folder, LITHOPS_CONFIG: JSON.stringify({ ...config, vm_simulator: section }) },
  }).then(
    (output) => ({ code: 0, ...output }),
    (error: unknown) => error as Awaited<ReturnType<typeof image>>, // as Node documents it
  );
}

it('are built on a machine of their own, listed, used and deleted', { timeout: 240_000 }, async () => {
  const script = join(folder, 'install.sh');
  writeFileSync(script, 'set -e\ncp /opt/included /opt/installed\necho installing\n');
  writeFileSync(join(folder, 'included'), 'included');
  const include = `${join(folder, 'included')}:/opt/included`;
  const built = await image('build', 'science', '--file', script, '--include', include, '--json');
  expect(built).toMatchObject({ code: 0, stderr: expect.stringContaining('installing\n') });
  expect(JSON.parse(built.stdout)).toMatchObject({ backend: 'vm_simulator', name: 'science' });
  expect(await provider.list({}, { signal: new AbortController().signal })).toEqual([]);
  expect(await image('build', 'science')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('science already'),
  });
  expect(JSON.parse((await image('list', '--json')).stdout)).toMatchObject([{ name: 'science' }]);
  {
    await using fexec = new FunctionExecutor({
      logLevel: 'silent',
      backend: { plugin, config: { ...section, image: 'science', maxWorkers: 1 } },
    });
    const text = fexec.callAsync(async () => (await import('node:fs')).readFileSync('/opt/installed', 'utf8'), 0);
    expect(await text.result()).toBe('included');
  }
  expect(await image('delete', 'science')).toMatchObject({ code: 0, stdout: 'deleted science\n' });
  expect(await image('delete', 'science')).toMatchObject({ code: 1, stderr: expect.stringContaining('science') });
  expect((await image('list')).stdout).toBe('');
});
