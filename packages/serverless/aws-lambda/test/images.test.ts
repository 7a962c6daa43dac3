import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildNodeImage,
  type DockerEngine,
  type DockerRegistry,
  startDockerEngine,
  startDockerRegistry,
} from '@lithops-tools/services';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { lambdaConfig } from '../src/config.ts';
import { EcrRegistry } from '../src/deploy/ecr-registry.ts';
import { withDefaults } from '../src/settings.ts';
import { rejection, startTestAccount, type TestAccount } from './account.ts';
import { type CommandLine, commandLine } from './command-line.ts';

// An image is built, sent, fetched and unpacked, on a machine that may have much to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const NAME = 'science/greeter:1';

let engine: DockerEngine;
let registry: DockerRegistry;
let account: TestAccount;
let command: CommandLine;
const folder = mkdtempSync(join(tmpdir(), 'lithops-lambda-image-'));

beforeAll(async () => {
  [engine, registry] = await Promise.all([startDockerEngine(), startDockerRegistry()]);
  account = await startTestAccount({ registry });
  command = commandLine(account.section({ runtime: NAME }), { DOCKER_HOST: engine.host });
  const node = await buildNodeImage(engine);
  writeFileSync(join(folder, 'greeting'), 'Hello from the image');
  mkdirSync(join(folder, 'native'));
  writeFileSync(join(folder, 'native', 'package.json'), '{ "name": "native", "version": "1.2.3", "main": "index.js" }');
  writeFileSync(join(folder, 'native', 'index.js'), 'exports.version = "1.2.3";');
  writeFileSync(
    join(folder, 'Dockerfile'),
    [
      `FROM ${node}`,
      'COPY greeting /greeting',
      'WORKDIR /app',
      'COPY native /app/node_modules/native',
      'ENV COLOUR=blue',
      'ENTRYPOINT ["/bin/false"]',
      '',
    ].join('\n'),
  );
});
afterAll(async () => {
  command?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
  await account?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
});

it('builds an image into ECR, and runs tasks in functions that are made of it', async () => {
  expect(await command.run('runtime', 'build', NAME, '-f', join(folder, 'Dockerfile'))).toMatch(/^built science/);
  await using fexec = account.executor({ runtime: NAME, maxWorkers: 2, externals: ['native'] });
  const list = fexec.map(
    async (i: number, { storage }: { storage: { listKeys(bucket: string): Promise<string[]> } }) => {
      const { readFile, writeFile } = await import('node:fs/promises');
      const text = await readFile('/greeting', 'utf8');
      const name = 'native';
      const { version } = await import(name);
      console.log(`call ${i}`);
      // Writes are for /tmp alone, as in any function.
      const wrote = await writeFile('/greeting', 'x').then(
        () => true,
        () => false,
      );
      return [text, process.env['COLOUR'], process.getuid?.() === 0, wrote, version, typeof storage.listKeys];
    },
    [1, 2],
  );
  expect(await list.result()).toEqual(
    Array(2).fill(['Hello from the image', 'blue', false, false, '1.2.3', 'function']),
  );
  expect(list[0]?.logs).toBe('call 1\n');
  expect((await rejection(fexec.callAsync(() => process.exit(3), 0).result())).message).toMatch(/exited with code 3/);
});

it('follows its name to another image, and leaves nothing when it is cleaned', async () => {
  const names = () => new Set(account.simulator.sandboxes().map(({ functionName }) => functionName));
  await command.run('runtime', 'deploy', NAME, '-m', '512');
  const before = names();
  writeFileSync(join(folder, 'greeting'), 'Hello from the next one');
  await command.run('runtime', 'build', NAME, '-f', join(folder, 'Dockerfile'));
  const updated: unknown[] = JSON.parse(await command.run('runtime', 'update', NAME, '--json'));
  expect(updated).toContainEqual(expect.objectContaining({ name: NAME, memory: 512, platform: 'linux' }));
  // Those of the image before are gone, with their sandboxes, but for the one that opens another storage.
  expect([...names()].filter((name) => before.has(name))).toEqual([]);
  const listed: { name: string; memory: number }[] = JSON.parse(await command.run('runtime', 'list', '--json'));
  expect(listed.map(({ name, memory }) => `${name} ${memory}`).sort()).toEqual([`${NAME} 256`, `${NAME} 512`]);
  await command.run('runtime', 'delete', NAME, '-m', '512');
  await using registry = new EcrRegistry(withDefaults(lambdaConfig.parse(account.section())));
  expect(await registry.deleteRepositories(new AbortController().signal)).toEqual(['science/greeter']);
});
