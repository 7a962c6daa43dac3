import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  CancelledError,
  cleanBackend,
  type ExecutorOptions,
  FunctionExecutor,
  InvocationError,
  openAbility,
  WorkerLostError,
} from '@lithops/core';
import { eventually } from '@lithops/testing';
import { type SshMachine, startRedis } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import plugin, { type VmConfig } from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

const cluster = await startTestCluster(3, { tmpBytes: 32 * 2 ** 20 });
const redis = await startRedis(['--bind', '127.0.0.1', cluster.gateway]);
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});
const [master, first, second, third] = cluster.machines as [SshMachine, SshMachine, SshMachine, SshMachine];

/** What another process can be given, too. */
const durable: ExecutorOptions = {
  backend: 'vm',
  storage: 'redis',
  config: {
    lithops: { plugins: ['./packages/storage/redis/src/index.ts', './packages/standalone/standalone-vm/src/index.ts'] },
    redis: { host: cluster.gateway, port: redis.port, password: redis.password },
    vm: cluster.section({ workerProcesses: 2, silenceTimeout: 5 }),
  },
};

/** Two processes on each of the three workers; silence of a few seconds is enough. */
function executor(section: Partial<VmConfig> = {}, options: ExecutorOptions = {}): FunctionExecutor {
  const config = cluster.section({ workerProcesses: 2, silenceTimeout: 5, ...section });
  return new FunctionExecutor({ ...options, backend: { plugin, config } });
}

/** Calls that tell where they begin, and take long enough for something to happen to them. */
async function slow(i: number): Promise<number> {
  const { hostname } = await import('node:os');
  process.stdout.write(`${hostname()}\n`);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return i * i;
}
/** An address of the machines' network that nobody has. */
const absent = cluster.gateway.replace(/\d+$/, '250');

const items = Array.from({ length: 18 }, (_, i) => i);
const squares = items.map((i) => i * i);

async function hostOf(machine: SshMachine): Promise<string> {
  return (await machine.exec('hostname')).trim();
}

/** Runs the calls, and does something when some of them run on the machine. */
async function whileRunningOn(machine: SshMachine, disturb: () => Promise<void>): Promise<void> {
  await using fexec = executor();
  const host = await hostOf(machine);
  const list = fexec.map(slow, items, { chunksize: 1 });
  await eventually(() => expect(list.some((future) => future.logs.includes(host))).toBe(true), 60_000);
  await disturb();
  expect(await list.result()).toEqual(squares);
}

describe('a worker', { timeout: 90_000 }, () => {
  it('is frozen while it runs calls, which run elsewhere; thawed, it works again', async () => {
    await whileRunningOn(first, () => first.freeze());
    await first.unfreeze();
    await usesAll();
  });

  it('is cut off from the network and back', async () => {
    await whileRunningOn(second, () => second.cutOff());
    await second.mend();
    await usesAll();
  });

  it('is killed while it runs calls; started again, it works again', async () => {
    await whileRunningOn(third, () => third.kill());
    await third.start();
    await usesAll();
  });
});

/** In the end there are calls on every worker. */
async function usesAll(): Promise<void> {
  await using fexec = executor();
  await eventually(async () => {
    const hosts = await fexec.map(hostOfTask, [1, 2, 3, 4, 5, 6], { chunksize: 1 }).result();
    expect(new Set(hosts).size).toBe(3);
  }, 60_000);
}

async function hostOfTask(): Promise<string> {
  const { hostname } = await import('node:os');
  await new Promise((resolve) => setTimeout(resolve, 100));
  return hostname();
}

describe('the master', { timeout: 90_000 }, () => {
  /** Calls run; then something happens, and all are right in the end. */
  async function whileRunning(disturb: () => Promise<unknown>): Promise<void> {
    await using fexec = executor();
    const list = fexec.map(slow, items, { chunksize: 1 });
    await eventually(() => expect(list.some(({ state }) => state === 'success')).toBe(true), 60_000);
    await disturb();
    expect(await list.result()).toEqual(squares);
  }

  it('is killed while calls run; it is started again and goes on', async () => {
    await whileRunning(() => master.exec("pkill -9 -f 'master[.]mjs'"));
  });

  it('is rebooted while calls run; its client starts it again', async () => {
    await whileRunning(() => master.reboot());
  });

  it('loses the SSH connections of its clients, who come back', async () => {
    await whileRunning(() => master.exec("pkill -9 -f 'sshd: [l]ithops'"));
  });

  it('is killed; what is cancelled before it is there again keeps no worker', async () => {
    await using fexec = executor();
    const endless = (i: number) => {
      console.log('begun');
      return new Promise<number>((resolve) => setTimeout(resolve, 10 ** 8, i));
    };
    const list = fexec.map(endless, [1, 2, 3, 4, 5, 6], { chunksize: 1 });
    await eventually(() => expect(list.every(({ logs }) => logs.includes('begun'))).toBe(true), 60_000);
    const next = fexec.map((i: number) => i + 1, [1, 2, 3, 4, 5, 6], { chunksize: 1 });
    await master.exec("pkill -9 -f 'master[.]mjs'");
    await list.cancel();
    expect(await next.result()).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('is cut off from its client for a while', async () => {
    await whileRunning(async () => {
      await master.cutOff();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await master.mend();
    });
  });
});

describe('a client', { timeout: 90_000 }, () => {
  it('is killed; who attaches to its durable job gets every result', async () => {
    const program = fileURLToPath(new URL('./fixtures/durable-client.ts', import.meta.url));
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, OPTIONS: JSON.stringify(durable) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let executorId = '';
    for await (const line of createInterface({ input: child.stdout })) {
      const [word = '', id = ''] = line.split(' ');
      executorId = id;
      if (word === 'some') break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    // What it had handed over goes on without it.
    await using jobs = await openAbility(durable, 'jobs');
    await eventually(async () => {
      const [job] = (await jobs.ability.list()).filter((each) => each.executorId === executorId);
      expect(job).toMatchObject({ attended: false, durable: true, state: 'waiting' });
      expect(job?.calls.succeeded).toBeGreaterThan(4);
    }, 60_000);
    await using fexec = await FunctionExecutor.attach(executorId, durable);
    expect(await fexec.getResult()).toEqual(squares);
  });

  it('ends by itself when its results are in', async () => {
    const program = fileURLToPath(new URL('./fixtures/forgetful-client.ts', import.meta.url));
    const section = cluster.section({ workerProcesses: 2, silenceTimeout: 5 });
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, SECTION: JSON.stringify(section) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(printed).toBe('[1,4,9]\n');
  });
});

describe('a client that is closed', { timeout: 60_000 }, () => {
  it('does not wait for a machine that does not go on', async () => {
    const folder = '/home/lithops/.lithops-stuck';
    // Whoever installs something there waits for the lock, as for a machine that has vanished.
    const lock = `${folder}/install.lock`;
    await master.exec(
      `install -d -o lithops -m 700 ${folder}; install -o lithops /dev/null ${lock}; flock ${lock} sleep 600 >/dev/null 2>&1 &`,
    );
    const fexec = executor({ installFolder: folder }, { logLevel: 'silent' });
    const call = fexec.callAsync((i: number) => i, 1);
    await eventually(async () => expect(await master.exec("pgrep -xf 'flock 9' || true")).not.toBe(''), 30_000);
    await fexec.close();
    expect(await rejection(call.result())).toBeInstanceOf(CancelledError);
    await master.exec(`pkill -xf 'flock 9'; pkill -f 'flock [/]home'; rm -r ${folder}`);
  });
});

describe('machines that are of no use', { timeout: 90_000 }, () => {
  it('the disk of a worker is full: its calls run elsewhere until there is room', async () => {
    await first.exec('head -c 100000000 /dev/zero > /tmp/fill || true');
    // Workers of their own, which are started now.
    await using fexec = executor({ workerProcesses: 1 });
    const host = await hostOf(first);
    expect(await fexec.map(hostOfTask, [1, 2, 3, 4, 5, 6], { chunksize: 1 }).result()).not.toContain(host);
    await first.exec('rm /tmp/fill');
    await eventually(async () => {
      expect(await fexec.map(hostOfTask, [1, 2, 3, 4, 5, 6], { chunksize: 1 }).result()).toContain(host);
    }, 60_000);
  });

  it("the master's disk is full: the calls fail, and say why; when there is room it goes on", async () => {
    // Another master, where its disk can be filled.
    const section = { installFolder: '/tmp/lithops-small', workerProcesses: 1 };
    await using fexec = executor(section, { logLevel: 'silent' });
    expect(await fexec.map((i: number) => i + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
    await master.exec('head -c 100000000 /dev/zero > /tmp/fill || true');
    const large = 'x'.repeat(100_000);
    const error = await rejection(
      fexec.map((i: number) => i + large.length, items, { retries: 0, timeout: 60 }).result(),
    );
    expect(error).toBeInstanceOf(InvocationError);
    expect(String(error)).toMatch(/no space left|MISCONF|ENOSPC/i);
    await master.exec('rm /tmp/fill');
    await eventually(
      async () => expect(await fexec.map((i: number) => i + 1, [1, 2]).result()).toEqual([2, 3]),
      60_000,
    );
  });

  it('a machine that never answers is done without, where there are others', async () => {
    const section = { startTimeout: 1, workers: [absent, first.address] };
    await using fexec = executor(section, { logLevel: 'error' });
    expect(await fexec.map((i: number) => i + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
  });

  it('without any machine the calls fail, and say why', async () => {
    await using fexec = executor({ startTimeout: 1, workers: [absent] }, { logLevel: 'silent' });
    const error = await rejection(fexec.callAsync((i: number) => i, 1).result());
    expect(error).toBeInstanceOf(InvocationError);
    expect(String(error)).toContain(absent);
  });

  it('a call that takes machines down is given up after three', async () => {
    await using fexec = executor();
    const error = await rejection(
      fexec
        .callAsync(async () => {
          const { readFileSync } = await import('node:fs');
          // The worker itself, which is the machine as far as the master sees.
          process.kill(Number(/^PPid:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]), 'SIGKILL');
          return new Promise(() => {});
        }, 0)
        .result(),
    );
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(await fexec.map((i: number) => i + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
  });
});

describe('what others may reach', () => {
  it('only sshd listens for others, and the master answers those only who have its token', async () => {
    const listening = async (machine: SshMachine) => {
      const lines = (await machine.exec('cat /proc/net/tcp /proc/net/tcp6')).split('\n');
      const open = lines.flatMap((line) => {
        const [, local = '', , state] = line.trim().split(/\s+/);
        const [address = '', port = ''] = local.split(':');
        // Listening, and not on 127.x.x.x, where the engine's own name server is, too.
        return state === '0A' && !address.endsWith('7F') ? [Number.parseInt(port, 16)] : [];
      });
      return [...new Set(open)];
    };
    for (const machine of cluster.machines) expect(await listening(machine)).toEqual([22]);
    const answer = await master.exec(
      `cd /home/lithops/.lithops-standalone/state; port=$(sed 's/.*"port":\\([0-9]*\\).*/\\1/' master.json); /usr/local/bin/node -e "fetch('http://127.0.0.1:$port/v1/status', { headers: { authorization: 'Bearer wrong' } }).then((r) => console.log(r.status))"`,
    );
    expect(answer).toBe('401');
    expect(await master.exec('stat -c %a /home/lithops/.lithops-standalone')).toBe('700');
  });

  it("the master's key starts workers, and nothing else", async () => {
    const state = '/home/lithops/.lithops-standalone/state';
    const keys = await first.exec('cat /home/lithops/.ssh/authorized_keys');
    expect(keys).toMatch(/^restrict,command="[^"]*\/bin\/start-worker" ssh-ed25519 \S+ lithops-master/m);
    const result = await master.exec(
      `export HOME=/home/lithops; setpriv --reuid=1000 --regid=1000 --clear-groups ssh -o StrictHostKeyChecking=no -i ${state}/master-key lithops@${first.address} 'id; touch /tmp/broken-in' 2>/dev/null; echo $?`,
    );
    expect(result).toBe('64');
    expect(await first.exec('ls /tmp')).not.toContain('broken-in');
  });
});

describe('cleaning', { timeout: 90_000 }, () => {
  it('ends what runs, and leaves nothing of ours on any machine', async () => {
    const options: ExecutorOptions = { backend: { plugin, config: cluster.section() } };
    const clean = async () => cleanBackend(options, { scope: 'everything', signal: new AbortController().signal });
    await usesAll();
    const program = fileURLToPath(new URL('./fixtures/busy-client.ts', import.meta.url));
    const busy = spawn(process.execPath, [program], {
      env: { ...process.env, SECTION: JSON.stringify(cluster.section({ workerProcesses: 2, silenceTimeout: 5 })) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(busy.stdout, 'data');
    // One that lives would find its master gone, and put everything there again.
    busy.kill('SIGKILL');
    expect((await clean()).deleted).toHaveLength(4);
    for (const machine of cluster.machines) {
      expect(await machine.exec('ls -a /home/lithops')).not.toContain('.lithops-standalone');
      expect(await machine.exec('cat /home/lithops/.ssh/authorized_keys')).not.toContain('.lithops-standalone');
      await eventually(async () => {
        const commands = await machine.exec("for each in /proc/[0-9]*; do tr '\\0' ' ' < $each/cmdline; echo; done");
        expect(commands).not.toMatch(/\.lithops-standalone\S*(master|worker)\.mjs|\.lithops-standalone\S*redis/);
      }, 30_000);
    }
    expect(await clean()).toEqual({ deleted: [] });
  });
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.unreachable(`it gave ${String(value)}`),
    (error: unknown) => error,
  );
}
