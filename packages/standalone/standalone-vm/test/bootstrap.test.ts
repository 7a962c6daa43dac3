import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ConfigError,
  cleanBackend,
  type ExecutorOptions,
  FunctionExecutor,
  InvocationError,
  openAbility,
} from '@lithops/core';
import type { SshMachine } from '@lithops-tools/services';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { SshConnection } from '../../standalone/src/ssh/ssh-connection.ts';
import { SshError } from '../../standalone/src/ssh/ssh-error.ts';
import { hashOf, uploadFile } from '../../standalone/src/ssh/upload-file.ts';
import plugin, { type VmConfig } from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

/** A machine with sshd and Redis, and without Node. */
const cluster = await startTestCluster(0, { node: false });
const [machine] = cluster.machines as [SshMachine];
const folder = mkdtempSync(join(tmpdir(), 'lithops-vm-'));
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const BASE = '/home/lithops/.lithops-standalone';

function executor(section: Partial<VmConfig> = {}, options: ExecutorOptions = {}): FunctionExecutor {
  return new FunctionExecutor({
    ...options,
    backend: { plugin, config: cluster.section({ workerProcesses: 1, ...section }) },
  });
}

function connect(): Promise<SshConnection> {
  return SshConnection.open({
    host: '127.0.0.1',
    port: machine.port,
    username: cluster.username,
    credentials: { privateKeys: [], password: cluster.password },
    hostKeys: { type: 'fingerprint', fingerprint: machine.fingerprint },
  });
}

async function failure(section: Partial<VmConfig>): Promise<Error> {
  await using fexec = executor(section, { logLevel: 'silent' });
  return await fexec
    .callAsync((i: number) => i, 1)
    .result()
    .then(
      () => expect.unreachable('it ran'),
      (error: unknown) => error as Error, // all are
    );
}

describe('host keys', { timeout: 60_000 }, () => {
  it('a machine whose key is another than the one that is known is refused, trusted or not', async () => {
    const knownHostsFile = join(folder, 'changed');
    const other = Buffer.from(machine.hostKey.split(' ')[1] ?? '', 'base64');
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    writeFileSync(knownHostsFile, `[127.0.0.1]:${machine.port} ecdsa-sha2-nistp256 ${other.toString('base64')}\n`);
    const error = await failure({ knownHostsFile, trustOnFirstUse: true });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(machine.fingerprint);
    expect(error.message).toContain('somebody may be in between');
  });

  it('an unknown machine is refused, with its fingerprint', async () => {
    const error = await failure({ knownHostsFile: join(folder, 'none') });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(`is not known: its ecdsa-sha2-nistp256 key is ${machine.fingerprint}`);
  });

  it('of fingerprints that are named only the same is believed', async () => {
    const wrong = await failure({ hostKeyFingerprint: `SHA256:${'A'.repeat(43)}` });
    expect(wrong).toBeInstanceOf(ConfigError);
    expect(wrong.message).toContain('which the configuration names');
  });
});

describe('who we are', { timeout: 60_000 }, () => {
  it('a password that is wrong is refused, and said to be', async () => {
    const error = await failure({ sshKeyFilename: undefined, sshPassword: 'wrong' });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('refuses who we are');
    expect(error.message).not.toContain("'wrong'");
  });

  it('keys that are none are told before anything is connected to', async () => {
    writeFileSync(join(folder, 'no-key'), 'something else');
    expect((await failure({ sshKeyFilename: join(folder, 'no-key') })).message).toContain('cannot be used');
    expect((await failure({ sshKeyFilename: join(folder, 'missing') })).message).toContain('cannot be read');
  });
});

describe('keys of ours', { timeout: 60_000 }, () => {
  /** Connects, and finds that no master runs. */
  async function look(login: Partial<VmConfig>): Promise<void> {
    await using jobs = await openAbility({ backend: { plugin, config: cluster.section(login) } }, 'jobs');
    expect(await jobs.ability.list()).toEqual([]);
  }

  it('may have a passphrase', async () => {
    const file = join(folder, 'locked');
    copyFileSync(cluster.keyFile, file);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open it', '-f', file]);
    await look({ sshKeyFilename: file, sshKeyPassphrase: 'open it' });
    await expect(look({ sshKeyFilename: file })).rejects.toMatchObject({ hint: expect.stringContaining('ssh-add') });
    const wrong = look({ sshKeyFilename: file, sshKeyPassphrase: 'open that' });
    await expect(wrong).rejects.toSatisfy(
      (error) => error instanceof ConfigError && !error.message.includes('open that'),
    );
  });

  it('may be with an agent only', async () => {
    const socket = join(folder, 'agent');
    const told = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
    try {
      execFileSync('ssh-add', ['-q', cluster.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      vi.stubEnv('SSH_AUTH_SOCK', socket);
      vi.stubEnv('HOME', folder);
      await look({ sshKeyFilename: undefined });
    } finally {
      vi.unstubAllEnvs();
      process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(told)?.[1]));
    }
  });
});

describe('what is put on a machine', { timeout: 90_000 }, () => {
  it('a disk without room for Node is told before it is sent', async () => {
    const error = await failure({ installFolder: '/dev/shm/lithops' });
    expect(error).toBeInstanceOf(InvocationError);
    expect(error.message).toMatch(/has \d+ MB free in \/dev\/shm\/lithops; Node needs 300/);
  });

  it('a folder that is not ours to make is told', async () => {
    expect((await failure({ installFolder: '/usr/lithops' })).message).toContain('cannot be made');
  });

  it('a file whose transfer broke goes on there; one that is not what was sent is sent anew', async () => {
    const bytes = randomBytes(4 * 2 ** 20 + 7);
    const part = join(folder, 'part');
    const there = '/home/lithops/uploads';
    await machine.exec(`mkdir -p ${there}`);
    await using connection = await connect();
    for (const [arrived, first] of [
      [bytes.subarray(0, 3 * 2 ** 20), 0.75],
      [randomBytes(3 * 2 ** 20), 0.75],
      [Buffer.alloc(0), 0],
    ] as const) {
      const hash = await hashOf({ bytes });
      writeFileSync(part, arrived);
      await machine.put(part, `${there}/${hash}.part`);
      await machine.exec(`rm -f ${there}/${hash}; chown -R lithops:lithops ${there}`);
      const parts: number[] = [];
      const upload = () => uploadFile(connection, there, { bytes }, (sent) => parts.push(sent));
      expect(await upload()).toEqual({ path: `${there}/${hash}`, sent: true });
      expect(parts[0]).toBeGreaterThan(first);
      expect(await machine.exec(`sha256sum < ${there}/${hash}; ls ${there}`)).toBe(`${hash}  -\n${hash}`);
      expect(await upload()).toEqual({ path: `${there}/${hash}`, sent: false });
    }
  });

  it('a transfer ends with its connection, at whatever moment that ends', async () => {
    const bytes = randomBytes(4 * 1024 * 1024);
    const there = '/home/lithops/cut-off';
    await machine.exec(`mkdir -p ${there} && chown lithops:lithops ${there}`);
    for (let moment = 0; moment < 40; moment++) {
      const connection = await connect();
      const upload = uploadFile(connection, there, { bytes: Buffer.concat([bytes, Buffer.from(`${moment}`)]) });
      setTimeout(() => connection.destroy(), moment * 2);
      const outcome = await Promise.race([
        upload.then(
          () => 'sent',
          (error: unknown) => (error instanceof SshError ? 'refused' : String(error)),
        ),
        delay(10_000, 'nothing', { ref: false }),
      ]);
      expect(['sent', 'refused']).toContain(outcome);
      await connection.ended;
      await expect(uploadFile(connection, there, { bytes })).rejects.toThrow(SshError);
    }
  }, 120_000);

  it('Node, where there is none; with a password, and a key that is believed at first', async () => {
    const knownHostsFile = join(folder, 'known', 'hosts');
    const login = { sshKeyFilename: undefined, sshPassword: cluster.password, knownHostsFile, trustOnFirstUse: true };
    await using fexec = executor(login);
    expect(await fexec.map((i: number) => i + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
    expect(readFileSync(knownHostsFile, 'utf8')).toBe(`[127.0.0.1]:${machine.port} ${machine.hostKey}\n`);
    expect(await fexec.callAsync(() => process.execPath, 0).result()).toContain(`${BASE}/`);
  });

  it('Node from a tarball, as nodejs.org gives it', async () => {
    const version = `node-${process.version}-linux-${process.arch}`;
    mkdirSync(join(folder, version, 'bin'), { recursive: true });
    symlinkSync(process.execPath, join(folder, version, 'bin/node'));
    const nodeTarball = join(folder, 'node.tar');
    execFileSync('tar', ['--create', '--dereference', '--file', nodeTarball, '--directory', folder, version]);
    const installFolder = '/home/lithops/by-tarball';
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await using fexec = executor({ installFolder, nodeTarball }, { logLevel: 'info' });
      const used = await fexec.callAsync(() => process.execPath, 0).result();
      expect(used).toMatch(/^\/home\/lithops\/by-tarball\/node-\w+\/bin\/node$/);
      // Who asks for it is told how far it has come.
      const told = stderr.mock.calls.map(([text]) => String(text)).join('');
      expect(told).toContain('sending the tarball of Node: 100 %');
      expect(told).toContain('master.mjs was sent');
    } finally {
      stderr.mockRestore();
    }
    const config = cluster.section({ installFolder });
    const everything = { scope: 'everything', signal: new AbortController().signal } as const;
    expect((await cleanBackend({ backend: { plugin, config } }, everything)).deleted).toHaveLength(1);
    expect(await machine.exec("ls /home/lithops; pgrep -f 'by-tarbal[l]' || true")).not.toMatch(/by-tarball|^\d+$/m);
  });

  it('nothing twice: the next executor finds all of it, and the same master', async () => {
    const state = () =>
      machine.exec(`cat ${BASE}/state/master.json; ls -la --time-style=full-iso ${BASE}/files ${BASE}/bin`);
    const before = await state();
    await using fexec = executor();
    expect(await fexec.callAsync((i: number) => i + 1, 1).result()).toBe(2);
    expect(await state()).toBe(before);
  });

  it('a master of another release that nobody uses is replaced; one that is used is not', async () => {
    const file = `${BASE}/state/master.json`;
    await machine.exec(`sed -i 's/"version":"[^"]*"/"version":"0123456789abcdef"/' ${file}`);
    const before = JSON.parse(await machine.exec(`cat ${file}`)) as { pid: number };
    {
      await using fexec = executor();
      expect(await fexec.callAsync((i: number) => i + 1, 1).result()).toBe(2);
      const { pid } = JSON.parse(await machine.exec(`cat ${file}`)) as { pid: number };
      expect(pid).not.toBe(before.pid);
      await machine.exec(`sed -i 's/"version":"[^"]*"/"version":"0123456789abcdef"/' ${file}`);
      expect((await failure({})).message).toContain('a master of another release (0123456789abcdef), at work for');
    }
  });

  it('the master ends when nobody uses it, and Redis with it', async () => {
    await machine.exec("pkill -f 'master[.]mjs'");
    const running = () => machine.exec("pgrep -f 'redis-serve[r]|master[.]mjs|run-maste[r]' || true");
    await expect.poll(running, { timeout: 20_000 }).toBe('');
    {
      await using fexec = executor({ softDismantleTimeout: 0.5 });
      expect(await fexec.callAsync((i: number) => i + 1, 1).result()).toBe(2);
      expect(await running()).not.toBe('');
    }
    await expect.poll(running, { timeout: 20_000 }).toBe('');
  });
});
