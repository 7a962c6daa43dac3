import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startTestEngine } from './engine.ts';

const test = await startTestEngine();
const folder = mkdtempSync(join(tmpdir(), 'lithops-runtime-'));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await test[Symbol.asyncDispose]();
});

const main = new URL('../../../kernel/lithops/src/cli/main.ts', import.meta.url).href;
const NAME = 'lithops-test/built:1';

function lithops(...args: string[]): {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, 'lithops', 'runtime', ...args],
    // The package finds itself from its own folder, as it is found from an application's.
    { cwd: join(import.meta.dirname, '..'), encoding: 'utf8', env: { ...process.env, DOCKER_HOST: test.engine.host } },
  );
  return { code: status, stdout, stderr };
}

describe('lithops runtime', { timeout: 120_000 }, () => {
  it('builds an image that tasks run in, lists it and deletes it', async () => {
    mkdirSync(join(folder, 'context'));
    writeFileSync(join(folder, 'context', 'greeting.txt'), 'built here');
    writeFileSync(join(folder, 'context', 'secret.txt'), 'not sent');
    writeFileSync(join(folder, 'context', '.dockerignore'), 'secret*\n');
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${test.image}\nCOPY . /data/\nUSER 1000:1000\n`);
    const built = lithops('build', NAME, join(folder, 'context'), '-f', join(folder, 'Dockerfile'), '--json');
    expect(built).toMatchObject({ code: 0, stderr: expect.stringContaining('COPY') });
    expect(JSON.parse(built.stdout)).toMatchObject({ backend: 'docker', name: NAME });
    expect(JSON.parse(lithops('list', '--json').stdout)).toContainEqual({ name: NAME });
    const deployed = lithops('deploy', NAME, '--memory', '512', '--json');
    expect(JSON.parse(deployed.stdout)).toMatchObject({
      backend: 'docker',
      name: NAME,
      nodeVersion: process.versions.node,
    });
    expect(lithops('update', NAME)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^deployed .* to docker in .* s: Node/),
    });
    await using executor = test.executor({ runtime: NAME });
    const look = (_: number) => process.getBuiltinModule('node:fs').readdirSync('/data').sort();
    expect(await executor.callAsync(look, 0).result()).toEqual(['.dockerignore', 'greeting.txt']);
    await executor.close();
    expect(lithops('delete', NAME)).toMatchObject({ code: 0, stdout: `deleted ${NAME}\n` });
    expect(lithops('list').stdout).not.toContain(NAME);
  });

  it('says what went wrong, exit code 1', () => {
    expect(lithops('update', 'lithops-test/never:1')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no runtime lithops-test\/never:1 of docker/),
    });
    expect(lithops('delete', 'lithops-test/never:1')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no image/),
    });
    expect(lithops('build', NAME, '-f', '/nowhere/Dockerfile')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no Dockerfile \/nowhere\/Dockerfile/),
    });
    writeFileSync(join(folder, 'broken'), `FROM ${test.image}\nRUN exit 7\n`);
    expect(lithops('build', NAME, '-f', join(folder, 'broken'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/was not built after.*returned a non-zero code: 7/s),
    });
  });
});
