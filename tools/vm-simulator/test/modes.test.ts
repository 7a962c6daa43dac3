import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanBackend, FunctionExecutor, InvocationError, openAbility } from '@lithops/core';
import { sshKeyPair } from '@lithops/standalone';
import { eventually } from '@lithops/testing';
import { buildNodeImage, startDockerEngine } from '@lithops-tools/services';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { buildPrograms } from '../../../packages/standalone/standalone/build-master.ts';
import {
  openVmAccount,
  type SimulatorFaults,
  VmSimulator,
  type VmSimulatorConfig,
  vmSimulatorPlugin,
} from '../src/index.ts';

await buildPrograms();
const engine = await startDockerEngine();
const runtime = await buildNodeImage(engine);
/** Where machines have the engine of the cloud. */
const ENGINE_THERE = 'unix:///var/run/docker.sock';
const folder = mkdtempSync(join(tmpdir(), 'lithops-vms-'));
const sshKeyFilename = join(folder, 'key');
writeFileSync(sshKeyFilename, sshKeyPair('test').private, { mode: 0o600 });
const accounts: AsyncDisposable[] = [];
afterAll(async () => {
  for (const account of accounts) await account[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A cloud of a test's own. */
async function openCloud(faults: SimulatorFaults = {}) {
  const account = await openVmAccount();
  const provider = new VmSimulator(account.name);
  accounts.push(provider, account);
  const plugin = vmSimulatorPlugin(faults);
  return {
    account: account.name,
    options: (more: Partial<VmSimulatorConfig>) => ({
      logLevel: 'silent' as const,
      backend: { plugin, config: { account: account.name, sshKeyFilename, workerProcesses: 1, ...more } },
    }),
    /** Ids of the machines by name. */
    machines: async () => {
      const found = await provider.list({}, { signal: new AbortController().signal });
      return new Map(found.map(({ id, name }) => [name, id]));
    },
  };
}

async function hostOf(i: number): Promise<string> {
  const { hostname } = await import('node:os');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return `${i} on ${hostname()}`;
}

describe.concurrent('virtual machines', { timeout: 240_000 }, () => {
  it('of a pool are made once for two clients at once, and used by the next; unused, they go by themselves, and are made anew', async () => {
    const { options, machines } = await openCloud();
    const pool = options({ execMode: 'reuse', maxWorkers: 2, softDismantleTimeout: 10 });
    await using next = new FunctionExecutor(pool);
    {
      await using first = new FunctionExecutor(pool);
      await using second = new FunctionExecutor(pool);
      const lasting = first.callAsync(() => new Promise((resolve) => setTimeout(resolve, 600_000)), 0);
      const lists = [first, second].map((fexec) => fexec.map(hostOf, [1, 2], { chunksize: 1 }));
      for (const list of lists) expect(await list.result()).toHaveLength(2);
      const made = await machines();
      expect(made.size).toBe(3);
      const [ran] = await next.map(hostOf, [4]).result();
      expect([...made.keys()]).toContain(ran?.replace('4 on ', ''));
      expect(await machines()).toEqual(made);
      await lasting.cancel();
    }
    // Its client is still there, and has nothing to do.
    await eventually(async () => expect(await machines()).toEqual(new Map()), 90_000);
    expect(await next.map(hostOf, [5]).result()).toEqual([expect.stringContaining('5 on lithops-')]);
    const anew = await machines();
    expect(anew.size).toBe(2);
    const { deleted } = await cleanBackend(pool, { scope: 'everything', signal: new AbortController().signal });
    expect(deleted).toHaveLength(2);
    expect(await machines()).toEqual(new Map());
  });

  it('that never boot are given up, told and made anew; those of an executor are gone when it is closed', async () => {
    const dead = new Set<string>();
    const cloud = await openCloud({
      // The first of that name.
      boots: ({ name }) => !name.endsWith('-1') || dead.has(name) || !dead.add(name),
    });
    const stderr = vi.spyOn(process.stderr, 'write');
    try {
      await using fexec = new FunctionExecutor({
        ...cloud.options({ execMode: 'create', maxWorkers: 2, startTimeout: 30 }),
        logLevel: 'warn',
      });
      const hosts = new Set<string>();
      await eventually(async () => {
        for (const text of await fexec.map(hostOf, [1, 2], { chunksize: 1 }).result())
          hosts.add(text.replace(/^. on /, ''));
        expect(hosts.size).toBe(2);
      }, 180_000);
      const warnings = stderr.mock.calls.map(([text]) => String(text)).join('');
      expect(warnings).toMatch(/machine lithops-\S+-1 never came up, and is made anew/);
      expect((await cloud.machines()).size).toBe(3);
    } finally {
      stderr.mockRestore();
    }
    expect(await cloud.machines()).toEqual(new Map());
  });

  it('that a quota refuses are done without; when it refuses all, that is told, and nothing stays', async () => {
    let most = 1;
    const cloud = await openCloud({
      refusal: ({ name }) =>
        name.endsWith('master') || Number(name.split('-').at(-1)) < most
          ? undefined
          : 'the quota of machines is used up',
    });
    const section = { execMode: 'reuse', maxWorkers: 3 } as const;
    {
      await using fexec = new FunctionExecutor(cloud.options(section));
      const hosts = await fexec.map(hostOf, [1, 2, 3], { chunksize: 1 }).result();
      expect(new Set(hosts.map((host) => host.replace(/^. on /, ''))).size).toBe(1);
    }
    await cleanBackend(cloud.options(section), { scope: 'everything', signal: new AbortController().signal });
    most = 0;
    await using fexec = new FunctionExecutor(cloud.options(section));
    const error = await fexec
      .map(hostOf, [1, 2], { chunksize: 1 })
      .result()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvocationError);
    expect(String(error)).toContain('the quota of machines is used up');
    await eventually(async () => expect(await cloud.machines()).toEqual(new Map()), 60_000);
  });

  it('run tasks in containers, and are asked about their jobs without any being made', async () => {
    const { options, machines } = await openCloud();
    const pool = options({ execMode: 'reuse', maxWorkers: 1, sshUsername: 'root', runtime, dockerHost: ENGINE_THERE });
    const ask = async () => {
      await using workers = await openAbility(pool, 'workers');
      await using jobs = await openAbility(pool, 'jobs');
      return { workers: await workers.ability.list(), jobs: await jobs.ability.list() };
    };
    expect(await ask()).toEqual({ workers: [], jobs: [] });
    expect(await machines()).toEqual(new Map());
    await using fexec = new FunctionExecutor(pool);
    const seen = await fexec
      .callAsync(async () => {
        const { existsSync } = await import('node:fs');
        console.log('told from within');
        return { container: existsSync('/.dockerenv'), ssh: existsSync('/etc/ssh/sshd_config') };
      }, 0)
      .result();
    expect(seen).toEqual({ container: true, ssh: false });
    const { workers, jobs } = await ask();
    expect(workers).toMatchObject([{ name: expect.stringMatching(/-0$/), environment: expect.any(String) }]);
    expect(jobs).toMatchObject([{ key: `${fexec.executorId}-A000` }]);
    await using logs = await openAbility(pool, 'logs');
    let text = '';
    for await (const record of logs.ability.read({ jobKey: `${fexec.executorId}-A000` }))
      text += JSON.stringify(record);
    expect(text).toContain('told from within');
    expect((await machines()).size).toBe(2);
  });

  it('of a client that is killed turn themselves off', async () => {
    const { account, machines } = await openCloud();
    const fixture = new URL('fixtures/killed-client.ts', import.meta.url).pathname;
    const client = spawn(process.execPath, [fixture, account], {
      env: { ...process.env, HOME: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(client.stdout, 'data'), once(client, 'exit').then(() => expect.unreachable('it ended'))]);
    expect((await machines()).size).toBe(2);
    client.kill('SIGKILL');
    await eventually(async () => expect(await machines()).toEqual(new Map()), 90_000);
  });
});
