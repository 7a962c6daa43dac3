import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, WorkerLostError } from '@lithops/core';
import { startOwnDockerEngine } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejection, startTestEngine } from './engine.ts';

const test = await startTestEngine();
afterAll(() => test[Symbol.asyncDispose]());

const endless = () => new Promise<never>(() => {});

async function until(what: () => Promise<boolean>): Promise<void> {
  for (const last = Date.now() + 20_000; !(await what()); await delay(50))
    if (Date.now() > last) throw new Error('it does not happen');
}

describe('what ends a container is told, and retried where that is asked for', { timeout: 60_000 }, () => {
  it('docker kill', async () => {
    await using executor = test.executor({}, { retries: 1 });
    const future = executor.callAsync(
      ((_: number, { attempt }: { readonly attempt: number }) => (attempt === 1 ? new Promise(() => {}) : attempt)) as (
        item: number,
      ) => unknown,
      0,
    );
    await until(async () => future.state === 'running');
    const [first = ''] = await test.containers(executor.executorId);
    await test.cli('kill', first);
    expect(await future.result()).toBe(2);
    const [lost] = (await future.status()).attempts;
    expect(lost?.error).toBeInstanceOf(WorkerLostError);
    expect(lost?.error).toMatchObject({
      signal: 'SIGKILL',
      oom: false,
      message: expect.stringContaining('was killed with SIGKILL'),
    });
    expect(await test.containers(executor.executorId)).not.toContain(first);
  });

  it('docker stop, and the end of the process that serves us', async () => {
    await using executor = test.executor();
    const stopped = executor.callAsync(endless, 0);
    await until(async () => stopped.state === 'running');
    const [id = ''] = await test.containers(executor.executorId);
    await test.cli('stop', id);
    expect((await rejection(stopped.result())).message).toMatch(/was killed with SIGTERM/);
    // Every process of a container may end the first one.
    const ending = executor.callAsync(() => process.kill(1, 'SIGTERM') && new Promise(() => {}), 0);
    expect((await rejection(ending.result())).message).toMatch(/ended with exit code 0/);
    expect(await executor.callAsync((n: number) => n, 3).result()).toBe(3);
  });

  it('memory of a container that runs out: the worker process dies for it, and is told as such', async () => {
    await using executor = test.executor({ memory: '128m' });
    const hog = (_: number) => {
      const hoard: Buffer[] = [];
      for (;;) hoard.push(Buffer.alloc(8 * 2 ** 20, 1));
    };
    const error = await rejection(executor.callAsync(hog, 0).result());
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error).toMatchObject({ oom: true });
    expect(await executor.callAsync((n: number) => n + 1, 1).result()).toBe(2);
  });

  it('docker pause', async () => {
    await using executor = test.executor();
    const future = executor.callAsync(endless, 0);
    await until(async () => future.state === 'running');
    const [id = ''] = await test.containers(executor.executorId);
    await test.cli('pause', id);
    expect((await rejection(future.result())).message).toMatch(/was paused from outside/);
    expect(await executor.callAsync((n: number) => n + 1, 1).result()).toBe(2);
  });
});

describe('full disks', { timeout: 120_000 }, () => {
  const VOLUME = 'lithops-test-small';
  beforeAll(async () => {
    const size = ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=size=1m,mode=1777'];
    await test.cli('volume', 'create', ...size, VOLUME);
  });
  afterAll(() => test.cli('volume', 'rm', VOLUME));

  const fill = (path: string) => process.getBuiltinModule('node:fs').writeFileSync(path, Buffer.alloc(2 ** 21));

  it('of a task: it is told as its own error, and all others go on, large results too', async () => {
    await using executor = test.executor({ volumes: [`${VOLUME}:/tmp`] });
    await expect(executor.callAsync(fill, '/tmp/full').result()).rejects.toMatchObject({
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(await executor.map((n: number) => n + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
    const large = await executor.callAsync((n: number) => Buffer.alloc(n, 1), 2 ** 22).result();
    expect(large).toHaveLength(2 ** 22);
  });

  it('of a worker process to be started: told so, and run when there is room again', async () => {
    // Processes that are connected directly have their file elsewhere.
    await using executor = test.executor({ volumes: [`${VOLUME}:/tmp`], channel: 'attach' });
    expect(await rejection(executor.callAsync((_: number) => process.exit(1), 0).result())).toBeInstanceOf(
      WorkerLostError,
    );
    const [id = ''] = await test.containers(executor.executorId);
    const inside = (code: string) => test.cli('exec', '--user', '0', id, 'node', '-e', code);
    await expect(inside('fs.writeFileSync("/tmp/full", Buffer.alloc(2 ** 21))')).rejects.toThrow('ENOSPC');
    const refused = await rejection(executor.callAsync((n: number) => n, 1).result());
    expect(refused).toBeInstanceOf(InvocationError);
    expect(refused.message).toMatch(
      /a worker process could not be started in the container: its temporary file cannot be made in \/tmp: ENOSPC/,
    );
    const failed = Promise.withResolvers<void>();
    const retryOn = () => {
      failed.resolve();
      return true;
    };
    const future = executor.callAsync((n: number) => n, 2, { retries: 12, retryOn });
    await failed.promise;
    await inside('fs.rmSync("/tmp/full")');
    expect(await future.result()).toBe(2);
  });

  it('of the engine: told so, and the job goes on when there is room again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-small-disk-'));
    const shell = (command: string) => spawnSync('/bin/sh', ['-ec', command, 'sh', folder], { encoding: 'utf8' });
    expect(shell('mount -t tmpfs -o size=512m tmpfs "$1"')).toMatchObject({ status: 0 });
    try {
      await using own = await startTestEngine(await startOwnDockerEngine(folder));
      const ballast = join(folder, 'ballast');
      shell('head -c 600m /dev/zero >"$1/ballast"');
      await using executor = own.executor({ network: 'none' });
      const told = Promise.withResolvers<unknown>();
      const retryOn = (error: unknown) => {
        told.resolve(error);
        return true;
      };
      const future = executor.callAsync((n: number) => n, 1, { retries: 12, retryOn });
      const error = await told.promise;
      rmSync(ballast);
      expect(error).toBeInstanceOf(InvocationError);
      expect(String(error)).toMatch(/no space left on device.*the disk of the engine is full: `docker system prune`/s);
      expect(await future.result()).toBe(1);
    } finally {
      shell('umount -l "$1"');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('nothing is left behind', { timeout: 120_000 }, () => {
  it('by two hundred executors, of which ten have run a task', async () => {
    const own = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const executor = test.executor();
      own.add(executor.executorId);
      if (i % 20 === 0) expect(await executor.callAsync((n: number) => n, i).result()).toBe(i);
      await executor.close();
    }
    // The engine serves other test files, too.
    const executors = await test.cli('ps', '-a', '--format', '{{.Label "lithops.executor"}}');
    expect(executors.split('\n').filter((id) => own.has(id))).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}@`))).toEqual([]);
  });

  it('by an executor that is closed while its container starts, or while it is busy', async () => {
    const starting = test.executor();
    const early = starting.callAsync((n: number) => n, 1);
    await starting.close();
    expect(early.cancelled).toBe(true);
    const busy = test.executor();
    const future = busy.callAsync(() => {
      for (;;);
    }, 1);
    await until(async () => future.state === 'running');
    await busy.close();
    for (const { executorId } of [starting, busy]) expect(await test.containers(executorId)).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'by a client that ends with %s, though its task never ends',
    async (signal) => {
      const program = `
      import { startTestEngine } from ${JSON.stringify(new URL('./engine.ts', import.meta.url).href)};
      const test = await startTestEngine();
      const executor = test.executor();
      const future = executor.callAsync(() => { for (;;); }, 0);
      while (future.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 20));
      console.log(executor.executorId);`;
      const client = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [id] = await once(client.stdout.setEncoding('utf8'), 'data');
      expect(await test.containers(String(id).trim())).toHaveLength(1);
      client.kill(signal);
      await until(async () => (await test.containers(String(id).trim())).length === 0);
    },
  );

  it('by a client that is gone: the next one removes its containers, and those of no other', async () => {
    const stale = { machine: '', process: '1@1' };
    await using alive = test.executor();
    await alive.callAsync((n: number) => n, 1).result();
    const [own = ''] = await test.containers(alive.executorId);
    const machine = await test.cli('inspect', '-f', '{{index .Config.Labels "lithops.client.machine"}}', own);
    const create = (where: string, who: string) =>
      test.cli(
        'create',
        ...['--label', 'lithops.role=worker', '--label', 'lithops.executor=stale'],
        ...['--label', `lithops.client.machine=${where}`, '--label', `lithops.client.process=${who}`],
        ...[test.image, 'node'],
      );
    const left = await create(machine, stale.process);
    const channel = (where: string) => {
      const folder = join(tmpdir(), `lithops-channel-${where}-${stale.process}-abcdef`);
      mkdirSync(join(folder, 'door'), { recursive: true });
      return folder;
    };
    const [leftChannel, channelElsewhere] = [channel(machine), channel('another-machine')];
    const elsewhere = await create('another-machine', stale.process);
    try {
      await using next = test.executor();
      await next.callAsync((n: number) => n, 1).result();
      await until(async () => !(await test.containers()).includes(left) && !existsSync(leftChannel));
      expect(existsSync(channelElsewhere)).toBe(true);
      expect(await test.containers()).toEqual(expect.arrayContaining([own, elsewhere]));
    } finally {
      rmSync(channelElsewhere, { recursive: true });
      await test.cli('rm', elsewhere);
    }
  });
});

it('an engine that goes away beside a closing executor does not make it fail', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-engine-'));
  const connections = new Set<Socket>();
  const path = join(folder, 'docker.sock');
  const proxy = createServer((client) => {
    const engine = connect(test.engine.socketPath);
    for (const socket of [client, engine]) {
      connections.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(engine).pipe(client);
  }).listen(path);
  const executor = test.executor({ dockerHost: `unix://${path}` });
  try {
    expect(await executor.callAsync((n: number) => n, 1).result()).toBe(1);
    proxy.close();
    for (const socket of connections) socket.destroy();
    await executor.close();
  } finally {
    // It ends with its connection, and the engine removes it.
    await until(async () => (await test.containers(executor.executorId)).length === 0);
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('an engine of its own', { timeout: 120_000 }, () => {
  it('that is restarted: what ran is lost, and the job goes on with a new container', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithops-engine-'));
    try {
      const engine = await startOwnDockerEngine(folder);
      await using own = await startTestEngine(engine);
      await using executor = own.executor({ network: 'none' }, { retries: 8 });
      const future = executor.callAsync(
        ((_: number, { attempt }: { readonly attempt: number }) =>
          attempt === 1 ? new Promise(() => {}) : 'again') as (item: number) => unknown,
        0,
      );
      await until(async () => future.state === 'running');
      await engine[Symbol.asyncDispose]();
      await until(async () => future.state !== 'running');
      await using restarted = await startOwnDockerEngine(folder);
      expect(restarted.host).toBe(engine.host);
      expect(await future.result()).toBe('again');
      expect((await future.status()).attempts[0]?.error).toBeInstanceOf(WorkerLostError);
    } finally {
      // An engine that ends while it fills a container leaves its mounts.
      const unmount = 'grep -o "$1/[^ ]*" /proc/self/mounts | sort -r | while read -r path; do umount -l "$path"; done';
      spawnSync('/bin/sh', ['-c', unmount, 'sh', folder]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    }
  });
});
