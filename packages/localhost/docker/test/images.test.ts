import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { globalAgent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, InvocationError, RuntimeNotFoundError } from '@lithops/core';
import { buildImage } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import { rejection, startTestEngine } from './engine.ts';

const test = await startTestEngine();
afterAll(() => test[Symbol.asyncDispose]());

const facts = () => ({
  image: process.env['IMAGE'],
  uid: process.getuid?.(),
  gid: process.getgid?.(),
  cwd: process.cwd(),
  node: process.execPath,
});

async function factsIn(section: Readonly<Record<string, unknown>>): Promise<ReturnType<typeof facts>> {
  await using executor = test.executor(section);
  return await executor.callAsync(facts, 0).result();
}

describe('any image with Node', () => {
  it('runs tasks whatever its entrypoint, user and PATH are, and as nobody where its own user is root', async () => {
    await buildImage(test.engine, 'lithops-test/odd:1', {
      node: { path: '/opt/runtime/bin/node' },
      changes: [
        'ENV PATH=/usr/bin:/bin IMAGE=odd',
        'ENTRYPOINT ["/opt/runtime/bin/node", "/nothing.js"]',
        'CMD ["never"]',
        'WORKDIR /srv/work',
        'USER root',
      ],
    });
    expect(await factsIn({ runtime: 'lithops-test/odd:1' })).toEqual({
      image: 'odd',
      uid: process.getuid?.() === 0 ? 65534 : process.getuid?.(),
      gid: process.getgid?.(),
      cwd: '/srv/work',
      node: '/opt/runtime/bin/node',
    });
    expect(await factsIn({ runtime: 'lithops-test/odd:1', user: '1234:99' })).toMatchObject({ uid: 1234, gid: 99 });
  });

  it('runs tasks where its own entrypoint would end at once', async () => {
    await buildImage(test.engine, 'lithops-test/exits:1', {
      changes: ['ENV PATH=/usr/local/bin:/usr/bin:/bin IMAGE=exits', 'ENTRYPOINT ["/bin/sh", "-c", "exit 7"]'],
    });
    await expect(test.cli('run', '--rm', 'lithops-test/exits:1', 'node')).rejects.toMatchObject({ code: 7 });
    expect(await factsIn({ runtime: 'lithops-test/exits:1' })).toMatchObject({ image: 'exits' });
  });

  it('runs tasks with a root that cannot be written, and with no shell and no /tmp', async () => {
    await buildImage(test.engine, 'lithops-test/bare:1', { shell: false, changes: ['ENV IMAGE=bare'] });
    const write = (place: string) => {
      const fs: typeof import('node:fs') = process.getBuiltinModule('node:fs');
      try {
        fs.writeFileSync(`${place}/file`, 'x');
        return 'written';
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    await using executor = test.executor({ runtime: 'lithops-test/bare:1', readOnly: true, user: '0:0' });
    const temporary = (_: number) => process.getBuiltinModule('node:os').tmpdir();
    expect(await executor.callAsync(temporary, 0).result()).toBe('/tmp');
    expect(await executor.map(write, ['/', '/tmp', '/lithops']).result()).toEqual(['EROFS', 'written', 'written']);
  });

  it('two images are used by two executors at once', async () => {
    await buildImage(test.engine, 'lithops-test/second:1', {
      changes: ['ENV PATH=/usr/local/bin:/usr/bin:/bin IMAGE=second'],
    });
    await using first = test.executor({ env: { IMAGE: 'first' } });
    await using second = test.executor({ runtime: 'lithops-test/second:1' });
    const name = async (_: number) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return process.env['IMAGE'];
    };
    const [ones, twos] = await Promise.all([first.map(name, [1, 2, 3]).result(), second.map(name, [1, 2, 3]).result()]);
    expect([ones, twos]).toEqual([Array(3).fill('first'), Array(3).fill('second')]);
  });

  it('has its own packages for what is listed in externals; all others are sent along', async () => {
    await buildImage(test.engine, 'lithops-test/packages:1', {
      files: {
        '/app/node_modules/zod/package.json':
          '{"name":"zod","type":"module","exports":{"./mini":{"import":"./own.js"}}}',
        '/app/node_modules/zod/own.js': 'export const string = () => "the image\'s own";',
      },
      changes: ['ENV PATH=/usr/local/bin:/usr/bin:/bin', 'WORKDIR /app'],
    });
    const program = join(import.meta.dirname, 'fixtures', 'externals.ts');
    const { stdout, stderr } = spawnSync(process.execPath, [program, 'lithops-test/packages:1'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      'sent along',
      "the image's own",
      expect.stringContaining('package zod/mini is listed in externals, but is not installed where this task runs'),
    ]);
  });

  it('shares the localhost storage: what a task puts the client gets, and the other way round', async () => {
    await using executor = test.executor({});
    await executor.storage.putObject('storage', 'from/client', 'one');
    type Context = { readonly storage: typeof executor.storage };
    const swap = (async (_: number, { storage }: Context) => {
      await storage.putObject('storage', 'from/task', 'two');
      return new TextDecoder().decode(await storage.getObject('storage', 'from/client'));
    }) as (item: number) => Promise<string>;
    expect(await executor.callAsync(swap, 0).result()).toBe('one');
    expect(new TextDecoder().decode(await executor.storage.getObject('storage', 'from/task'))).toBe('two');
  });

  it('is limited as the configuration says', async () => {
    await using executor = test.executor({ memory: '96m', cpus: 0.5, network: 'none', env: { GREETING: 'hi' } });
    const look = (_: number) => {
      const fs: typeof import('node:fs') = process.getBuiltinModule('node:fs');
      const interfaces = Object.keys(process.getBuiltinModule('node:os').networkInterfaces());
      const memory = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']
        .filter((file) => fs.existsSync(file))
        .map((file) => Number(fs.readFileSync(file, 'utf8')));
      return { interfaces, memory, greeting: process.env['GREETING'] };
    };
    expect(await executor.callAsync(look, 0).result()).toEqual({
      interfaces: ['lo'],
      memory: [96 * 2 ** 20],
      greeting: 'hi',
    });
  });

  it('sees the folders that are mounted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-volume-'));
    writeFileSync(join(folder, 'data'), 'seen', { mode: 0o644 });
    spawnSync('chmod', ['755', folder]);
    try {
      await using executor = test.executor({ volumes: [`${folder}:/data:ro`] });
      const read = (path: string) => process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
      expect(await executor.callAsync(read, '/data/data').result()).toBe('seen');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** An ELF header of a program for another processor. */
const FOREIGN = Buffer.concat([
  Buffer.from('7f454c46020101000000000000000000', 'hex'),
  Buffer.from('0200b700010000000000000000000000', 'hex'),
  Buffer.alloc(32),
]);

describe('refused with what to do', () => {
  it.each<[string, () => Promise<string>, RegExp, RegExp]>([
    [
      'an image without Node',
      async () => {
        await buildImage(test.engine, 'lithops-test/no-node:1', { node: false });
        return 'lithops-test/no-node:1';
      },
      /image lithops-test\/no-node:1 has no Node: looked in \/usr\/local\/bin:/,
      /build an image that has it.*lithops runtime build/,
    ],
    [
      'an image with an old Node',
      async () => {
        const { stdout } = spawnSync('npx', ['-y', 'node@18', '-p', 'process.execPath'], { encoding: 'utf8' });
        await buildImage(test.engine, 'lithops-test/old-node:1', { node: { binary: stdout.trim() } });
        return 'lithops-test/old-node:1';
      },
      /image lithops-test\/old-node:1 has Node 18\.\d+\.\d+; tasks need 22\.12 or later/,
      /FROM node:24-slim/,
    ],
    [
      'an image for another processor',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'lithops-foreign-'));
        const binary = join(folder, 'node');
        writeFileSync(binary, FOREIGN, { mode: 0o755 });
        await buildImage(test.engine, 'lithops-test/foreign:1', { node: { binary } });
        rmSync(folder, { recursive: true });
        return 'lithops-test/foreign:1';
      },
      /image lithops-test\/foreign:1 is made for another processor/,
      /set platform/,
    ],
    [
      'an image whose Node ends at once',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'lithops-ends-'));
        const binary = join(folder, 'node');
        writeFileSync(binary, '#!/bin/sh\necho "no licence found" >&2\nexit 3\n', { mode: 0o755 });
        await buildImage(test.engine, 'lithops-test/ends:2', { node: { binary } });
        rmSync(folder, { recursive: true });
        return 'lithops-test/ends:2';
      },
      /container [0-9a-f]{12} of lithops-test\/ends:2 ended with exit code 3/,
      /it last wrote: no licence found/,
    ],
  ])('%s', { timeout: 120_000 }, async (_, make, message, hint) => {
    await using executor = test.executor({ runtime: await make() });
    const error = await rejection(executor.callAsync(() => 1, 0).result());
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(hint);
    expect(await test.containers(executor.executorId)).toEqual([]);
  });

  it('an image that does not exist, once for all calls', async () => {
    await using executor = test.executor({ runtime: '127.0.0.1:9/nowhere/image:1' }, { retries: 2 });
    const list = executor.map((n: number) => n, [1, 2, 3]);
    await list.wait({ throwExcept: false });
    for (const { error } of list) expect(String(error)).toMatch(/127\.0\.0\.1:9\/nowhere\/image:1 could not be pulled/);
  });

  it('a folder that is not there, a network that is not there, GPUs that are not there', async () => {
    for (const [section, message] of [
      [{ volumes: ['/nowhere/at/all:/data'] }, /bind source path does not exist.*correct volumes/s],
      [{ network: 'no-such-network' }, /network no-such-network not found.*docker network ls/s],
      [{ gpus: 'all' }, /could not select device driver.*NVIDIA container toolkit/s],
    ] as const) {
      await using executor = test.executor(section);
      const error = await rejection(executor.callAsync(() => 1, 0).result());
      expect(error).toBeInstanceOf(InvocationError);
      expect(error.message).toMatch(message);
    }
  });

  it('wrong keys and values, by their names', async () => {
    for (const [section, message] of [
      [{ memroy: '1g' }, /unknown key localhost\.memroy; did you mean localhost\.memory\?/],
      [{ memory: 'much' }, /localhost\.memory: MB, or a size like '2g'/],
      [{ volumes: ['/data'] }, /localhost\.volumes\.0: '\/folder\/here:\/folder\/there'/],
      [{ user: 'a b' }, /localhost\.user: a user like '1000:1000'/],
      [{ platform: 'arm' }, /localhost\.platform: a platform like 'linux\/arm64'/],
      [{ dockerHost: '/var/run/docker.sock' }, /localhost\.docker_host: an address like/],
    ] as const) {
      await using executor = test.executor(section);
      const error = await rejection(executor.callAsync(() => 1, 0).result());
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toMatch(message);
    }
    await using process = test.executor({ runtime: undefined, dockerHost: undefined, memory: '1g' });
    expect((await rejection(process.callAsync(() => 1, 0).result())).message).toMatch(
      /set runtime to the name of an image/,
    );
  });

  it('an engine that is not there, and one that this user may not use', async () => {
    await using nowhere = test.executor({ dockerHost: 'unix:///nowhere/docker.sock' });
    const error = await rejection(nowhere.callAsync(() => 1, 0).result());
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(/no Docker engine answers at unix:\/\/\/nowhere\/docker\.sock.*set DOCKER_HOST/s);
    if (process.getuid?.() !== 0) return;
    await using forbidden = test.executor({});
    spawnSync('chmod', ['600', test.engine.socketPath]);
    // A connection that is open already would be taken, whoever this is by then.
    globalAgent.destroy();
    process.seteuid?.(65534);
    try {
      const refused = await rejection(forbidden.callAsync(() => 1, 0).result());
      expect(refused.message).toMatch(/this user may not use the Docker engine.*usermod -aG docker/s);
    } finally {
      process.seteuid?.(0);
    }
  });

  it('natives that are not in the image are named', async () => {
    const folder = join(import.meta.dirname, 'node_modules', 'with-native-code');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(
        join(folder, 'package.json'),
        '{"name":"with-native-code","type":"module","main":"index.js","gypfile":true}',
      );
      writeFileSync(
        join(folder, 'index.js'),
        'const binding = { answer: () => 42 };\nexport const answer = () => binding.answer();',
      );
      writeFileSync(
        join(folder, '..', '..', 'uses-native.mjs'),
        "import { answer } from 'with-native-code';\nexport const task = () => answer();\n",
      );
      const { task } = await import(join(import.meta.dirname, 'uses-native.mjs'));
      await using executor = test.executor({});
      const error = await rejection(executor.callAsync(task, 0).result());
      expect(error.message).toMatch(/with-native-code: it holds native code.*list it in externals/s);
    } finally {
      rmSync(join(import.meta.dirname, 'node_modules'), { recursive: true });
      rmSync(join(import.meta.dirname, 'uses-native.mjs'));
    }
  });

  it('is no refusal that stays: RuntimeNotFoundError is told apart', async () => {
    await using executor = test.executor({ runtime: 'lithops-test/no-node:1' });
    expect(await rejection(executor.callAsync(() => 1, 0).result())).toBeInstanceOf(RuntimeNotFoundError);
    expect(await rejection(executor.callAsync(() => 1, 0).result())).toBeInstanceOf(RuntimeNotFoundError);
  });
});
