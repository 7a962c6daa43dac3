import { execFile, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian.ts';
import { CACHE_FOLDER, withFileLock } from './file-lock.ts';

const run = promisify(execFile);

export interface DockerEngine extends AsyncDisposable {
  /** As DOCKER_HOST has it: `unix:///...`. */
  readonly host: string;
  readonly socketPath: string;
}

const READY_SECONDS = 60;
const ASK_AGAIN_MS = 50;

/**
 * An engine for the tests of all files and processes: what it holds stays for the next run. It ends when the last process
 * that uses it has let it go, or has ended in whatever way. Needs root.
 */
export async function startDockerEngine(): Promise<DockerEngine> {
  await installDocker();
  const folder = join(CACHE_FOLDER, 'docker');
  return withFileLock('docker', () => joinEngine(folder, ['dockerd']));
}

/**
 * An engine of a test's own, which may be stopped, filled or broken. Its containers have no network but `none` and `host`,
 * and `host` is its own: an engine without a bridge takes that of all others away where it finds one.
 */
export async function startOwnDockerEngine(folder: string, flags: readonly string[] = []): Promise<DockerEngine> {
  await installDocker();
  const alone = ['unshare', '--net', 'dockerd'];
  return joinEngine(folder, [...alone, '--bridge=none', '--iptables=false', '--ip-forward=false', ...flags]);
}

async function installDocker(): Promise<void> {
  await installDebianPackage(['docker.io', 'iptables'], '/usr/sbin/dockerd');
}

/** Joins those that use the engine in a folder, and starts it if they are none. */
async function joinEngine(folder: string, command: readonly string[]): Promise<DockerEngine> {
  await mkdir(folder, { recursive: true });
  const users = join(folder, 'users');
  const socketPath = join(folder, 'docker.sock');
  let descriptor = openForWriting(users);
  if (descriptor === undefined) {
    await lastEnded(folder);
    await start(folder, users, socketPath, command);
    descriptor = await untilOpen(users);
  }
  const held = descriptor;
  let open = true;
  await answers(socketPath, folder);
  return {
    host: `unix://${socketPath}`,
    socketPath,
    async [Symbol.asyncDispose]() {
      if (open) closeSync(held);
      open = false;
    },
  };
}

/** All that use the engine hold a pipe open. Its other end sees when nobody does any more, whatever became of them. */
const SUPERVISOR = '"$@" >dockerd.log 2>&1 </dev/null & daemon=$!; cat <users >/dev/null; kill $daemon; wait';

async function start(folder: string, users: string, socketPath: string, command: readonly string[]): Promise<void> {
  await rm(users, { force: true });
  await rm(socketPath, { force: true });
  await run('mkfifo', [users]);
  const own = [
    ...['--host', `unix://${socketPath}`, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--pidfile', join(folder, 'docker.pid')],
  ];
  const shell = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', ...command, ...own], {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin` },
  });
  shell.unref();
}

/** Undefined when nobody reads: there is no engine. */
function openForWriting(pipe: string): number | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

async function untilOpen(pipe: string): Promise<number> {
  const last = Date.now() + READY_SECONDS * 1000;
  for (;;) {
    const descriptor = openForWriting(pipe);
    if (descriptor !== undefined) return descriptor;
    if (Date.now() > last) throw new Error(`nobody reads ${pipe}: the engine was not started`);
    await delay(ASK_AGAIN_MS);
  }
}

/** An engine that is on its way out still has its files. */
async function lastEnded(folder: string): Promise<void> {
  const pid = Number(await readFile(join(folder, 'docker.pid'), 'utf8').catch(() => ''));
  const last = Date.now() + READY_SECONDS * 1000;
  while (pid > 0 && isDockerd(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))) {
    if (Date.now() > last) throw new Error(`the Docker engine ${pid} does not end`);
    await delay(ASK_AGAIN_MS);
  }
}

function isDockerd(commandLine: string): boolean {
  return commandLine.includes('dockerd');
}

async function answers(socketPath: string, folder: string): Promise<void> {
  const last = Date.now() + READY_SECONDS * 1000;
  while (!(await pings(socketPath))) {
    if (Date.now() > last) {
      const log = await readFile(join(folder, 'dockerd.log'), 'utf8').catch(() => '');
      throw new Error(`no Docker engine answers at ${socketPath}; tests need root to start one\n${log.slice(-4000)}`);
    }
    await delay(ASK_AGAIN_MS);
  }
}

function pings(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('error', () => resolve(false)).end();
  });
}
