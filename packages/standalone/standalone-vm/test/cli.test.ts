import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type ExecutorOptions, FunctionExecutor } from '@lithops/core';
import { eventually } from '@lithops/testing';
import { type SshMachine, startRedis } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import plugin, { type VmConfig } from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

/** One machine that is master and worker, and the command as users have it. */
const cluster = await startTestCluster(0);
const [machine] = cluster.machines as [SshMachine];
const redis = await startRedis(['--bind', '127.0.0.1', cluster.gateway]);
const folder = mkdtempSync(join(tmpdir(), 'lithops-vm-cli-'));
const section = cluster.section({ workerProcesses: 2 });
writeFileSync(
  join(folder, 'lithops.config.json'),
  JSON.stringify({
    lithops: { backend: 'vm', plugins: [fileURLToPath(new URL('../src/index.ts', import.meta.url))] },
    vm: section,
  }),
);
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const main = new URL('../../../kernel/lithops/src/cli/main.ts', import.meta.url).href;
const program = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`;
const command = [process.execPath, '--input-type=module', '-e', program, 'lithops'];

function start(file: string, args: readonly string[]): ChildProcess & { readonly stdin: NodeJS.WritableStream } {
  return spawn(file, args, {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, LITHOPS_CONFIG: '', LITHOPS_CONFIG_FILE: '', NO_COLOR: '1', TERM: 'xterm' },
  }) as ReturnType<typeof start>; // its streams are pipes
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError('its streams are pipes');
  const [printed, complained, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { code: code as number | null, stdout: printed, stderr: complained };
}

async function lithops(args: readonly string[], input = ''): Promise<Ended> {
  const [file = '', ...own] = command;
  const child = start(file, [...own, ...args]);
  child.stdin.end(input);
  return ended(child);
}

async function json<Value>(...args: string[]): Promise<Value> {
  const { code, stdout, stderr } = await lithops([...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Value;
}

interface Job {
  readonly key: string;
  readonly state: string;
  readonly reason?: string;
  readonly calls: { readonly given: number; readonly succeeded: number; readonly failed: number };
}

describe('lithops at a master', { timeout: 180_000 }, () => {
  it('tells of jobs and machines, prints what calls wrote, and ends jobs', async () => {
    await using fexec = new FunctionExecutor({ backend: { plugin, config: section } });
    // Nothing is installed by looking.
    expect(await json<Job[]>('job', 'list')).toEqual([]);
    expect(await machine.exec('ls -a /home/lithops')).not.toContain('.lithops-standalone');
    const said = fexec.map((i: number) => console.log(`call ${i} was here`), [1, 2]);
    await said.result();
    const slow = fexec.map(() => new Promise(() => {}), [1, 2, 3], { chunksize: 1 });
    const [first, second] = [said, slow].map((list) => `${fexec.executorId}-${list[0]?.jobId}`) as [string, string];
    await eventually(() => expect(slow.filter(({ state }) => state !== 'new').length).toBeGreaterThan(1), 30_000);

    const [latest, before] = await json<Job[]>('job', 'list');
    expect(latest).toMatchObject({ key: second, state: 'running', attended: true, durable: false });
    expect(before).toMatchObject({ key: first, state: 'waiting', calls: { given: 2, succeeded: 2, failed: 0 } });
    expect((await lithops(['job', 'show', second])).stdout).toContain(`${second}: running`);
    expect(await json('worker', 'list')).toMatchObject([{ name: 'master', state: 'ready', processes: 2, running: 2 }]);
    const { stdout } = await lithops(['job', 'logs', first]);
    expect(stdout.split('\n').toSorted()).toEqual(['', 'call 1 was here', 'call 2 was here']);

    const following = lithops(['job', 'logs', second, '--follow', '--json']);
    expect(await json('job', 'cancel', second)).toEqual({ key: second, cancelled: true });
    for (const future of slow) await expect(future.result()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(slow.every(({ state }) => state === 'cancelled')).toBe(true);
    expect(await fexec.callAsync((i: number) => i + 1, 1).result()).toBe(2);
    await fexec.close();
    expect(await following).toMatchObject({ code: 0, stdout: '' });
    expect((await lithops(['job', 'list'])).stdout.match(/ended|cancelled/g)).toEqual(['ended', 'cancelled', 'ended']);
    const unknown = await lithops(['job', 'cancel', second]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining(`knows no job ${second}`)]);
  });

  it('calls of a higher priority start first, whichever program they are of', async () => {
    // One process in all, and one invocation of each program on its way.
    const config = cluster.section({ workerProcesses: 1 });
    const open = () => new FunctionExecutor({ backend: { plugin, config } });
    await using first = open();
    await using low = open();
    await using high = open();
    const busy = first.callAsync(() => new Promise(() => {}), 0);
    await eventually(() => expect(busy.state).not.toBe('new'), 30_000);
    await eventually(
      async () =>
        expect(await json('worker', 'list')).toContainEqual(expect.objectContaining({ processes: 1, running: 1 })),
      30_000,
    );
    const started = () => performance.timeOrigin + performance.now();
    const given = async (fexec: FunctionExecutor) =>
      eventually(async () => {
        const jobs = await json<Job[]>('job', 'list');
        expect(jobs.find(({ key }) => key === `${fexec.executorId}-A000`)?.calls.given).toBe(1);
      }, 30_000);
    const later = low.callAsync(started, undefined, { priority: -1 });
    await given(low);
    const sooner = high.callAsync(started, undefined);
    await given(high);
    await busy.cancel();
    expect(await sooner.result()).toBeLessThan(await later.result());
  });

  it('tells why it has ended what programs left that were killed or frozen, and goes on with it from where it was', async () => {
    const short: Partial<VmConfig> = { installFolder: '/tmp/short', reconnectTimeout: 1, hardDismantleTimeout: 3 };
    const options = {
      backend: 'vm',
      storage: 'redis',
      config: {
        lithops: {
          plugins: ['../src/index.ts', '../../../storage/redis/src/index.ts'].map((file) =>
            fileURLToPath(new URL(file, import.meta.url)),
          ),
        },
        redis: { host: cluster.gateway, port: redis.port, password: redis.password },
        vm: cluster.section({ workerProcesses: 4, ...short }),
      },
    } satisfies ExecutorOptions;
    const { config, ...names } = options;
    writeFileSync(join(folder, 'short.json'), JSON.stringify({ ...config, lithops: { ...config.lithops, ...names } }));
    const ask = ['-c', 'short.json'];
    const fixture = fileURLToPath(new URL('fixtures/killed-client.ts', import.meta.url));
    const begin = async () => {
      const client = spawn(process.execPath, [fixture], {
        env: { ...process.env, OPTIONS: JSON.stringify(options) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [told] = (await once(client.stdout, 'data')) as [Buffer];
      return { client, executorId: told.toString().trim() };
    };
    const killed = await begin();
    killed.client.kill('SIGKILL');
    const frozen = await begin();
    frozen.client.kill('SIGSTOP');
    const key = `${killed.executorId}-M000`;
    const reasons = async () => {
      const jobs = await json<Job[]>('job', 'list', ...ask);
      return Object.fromEntries(jobs.filter(({ state }) => state === 'ended').map((job) => [job.key, job.reason]));
    };
    const because = 'its program was away for longer than';
    await eventually(
      async () =>
        expect(await reasons()).toEqual({
          [`${killed.executorId}-A000`]: `${because} reconnect_timeout, 1 s`,
          [`${killed.executorId}-M000`]: `${because} hard_dismantle_timeout, 3 s`,
          [`${frozen.executorId}-A000`]: `${because} reconnect_timeout, 1 s`,
          [`${frozen.executorId}-M000`]: `${because} hard_dismantle_timeout, 3 s`,
        }),
      60_000,
    );
    expect((await lithops(['job', 'show', key, ...ask])).stdout).toContain(
      `because    ${because} hard_dismantle_timeout`,
    );
    await machine.exec('touch /tmp/go');
    const attached = await lithops(['job', 'attach', key, ...ask]);
    expect([attached.code, attached.stdout]).toEqual([
      0,
      'M000/00000  0\nM000/00001  1\nM000/00002  4\nM000/00003  9\n',
    ]);
    expect(attached.stderr).toContain(`job ${key} was ended: ${because} hard_dismantle_timeout, 3 s`);
    const [job] = (await json<Job[]>('job', 'list', ...ask)).filter((each) => each.key === key);
    expect(job).toMatchObject({ state: 'ended', calls: { succeeded: 4, failed: 0 } });
    expect(job).not.toHaveProperty('reason');
    const back = ended(frozen.client);
    frozen.client.kill('SIGCONT');
    const { code, stdout, stderr } = await back;
    expect([code, stdout]).toEqual([0, '0,1,4,9 and 81\n']);
    expect(stderr).toContain(`job ${frozen.executorId}-A000 was ended: ${because} reconnect_timeout, 1 s`);
  });

  it('opens a shell there, with and without a terminal', async () => {
    const piped = await lithops(['attach'], 'id -un; tty || true; exit 3\n');
    expect([piped.code, piped.stdout]).toEqual([3, 'lithops\nnot a tty\n']);
    const quoted = [...command, 'attach'].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const terminal = start('/usr/bin/script', ['-qec', `stty rows 33 cols 99; exec ${quoted}`, '/dev/null']);
    const seen = ended(terminal);
    // It speaks when it can be interrupted: a Ctrl-C before that would be the shell's.
    terminal.stdin.write(`sh -c 'trap "exit 0" INT; stty size; while :; do sleep 1; done'\n`);
    let printed = '';
    terminal.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    await eventually(() => expect(printed).toContain('33 99'), 30_000);
    // Ctrl-C is for what runs there.
    terminal.stdin.write('\u0003');
    terminal.stdin.write('exit 4\n');
    expect((await seen).code).toBe(4);
  });

  it('is refused by backends without a master, in words', async () => {
    for (const [args, why] of [
      [['job', 'cancel', 'x-A000'], 'keeps no list of jobs'],
      [['worker', 'list'], 'tells nothing of its workers'],
      [['job', 'logs', 'x-A000'], 'keeps no logs of jobs'],
      [['attach'], 'has no machine'],
    ] as const) {
      const { code, stderr } = await lithops([...args, '-b', 'localhost']);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`backend 'localhost' ${why}`)]);
    }
  });
});
