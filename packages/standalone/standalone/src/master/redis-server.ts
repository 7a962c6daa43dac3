import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

const USER = 'lithops-master';
const READY_MS = 20_000;

/** How the queue's Redis is reached. */
export interface RedisAddress {
  readonly path: string;
  readonly username: string;
  readonly password: string;
}

/**
 * The Redis that holds the queue, started unless it runs: it listens on a socket in our own folder and on no port, lets in
 * one user with a password that was made here, and appends all changes to a file. It outlives a master that is killed.
 * @throws Error with what it says when it does not start
 */
export async function startRedisServer(state: string): Promise<RedisAddress> {
  const folder = join(state, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const address = { path: join(folder, 'redis.sock'), username: USER, password: passwordIn(folder) };
  if (await answers(address)) return address;
  const log = join(folder, 'redis.log');
  const child = spawn(program(), [configurationFile(folder, address, log)], {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
  });
  let failure: string | undefined;
  child.on('error', (error) => {
    failure = error.message;
  });
  child.on('exit', (code) => {
    failure ??= `it ended with ${code}: ${lastWords(log)}`;
  });
  child.unref();
  for (const last = Date.now() + READY_MS; !(await answers(address)); await delay(20)) {
    if (failure !== undefined) throw new Error(`Redis did not start: ${failure}`);
    if (Date.now() > last) throw new Error(`Redis does not answer: ${lastWords(log)}`);
  }
  return address;
}

/** Ends it; what it holds is in its file. */
export async function stopRedisServer(address: RedisAddress): Promise<void> {
  const client = new Redis({ ...address, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {}); // it is gone, which is what was wanted
  await client.connect().catch(() => {});
  await client.shutdown().catch(() => {});
  client.disconnect();
}

function program(): string {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/bin', '/usr/local/bin')
    .flatMap((folder) => ['redis-server', 'valkey-server'].map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('there is neither redis-server nor valkey-server on the master');
  return found;
}

function passwordIn(folder: string): string {
  const file = join(folder, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function configurationFile(folder: string, { path, password }: RedisAddress, log: string): string {
  const users = join(folder, 'users.acl');
  writeFileSync(users, ['user default off', `user ${USER} on >${password} ~* &* +@all`, ''].join('\n'), {
    mode: 0o600,
  });
  const file = join(folder, 'redis.conf');
  const lines = [
    'port 0',
    `unixsocket "${path}"`,
    'unixsocketperm 700',
    `dir "${folder}"`,
    `aclfile "${users}"`,
    `logfile "${log}"`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    // A queue that forgets is none.
    'maxmemory-policy noeviction',
    'daemonize no',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

async function answers(address: RedisAddress): Promise<boolean> {
  if (!existsSync(address.path)) return false;
  const client = new Redis({ ...address, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {}); // the answer is no
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

function lastWords(log: string): string {
  try {
    return readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' / ');
  } catch {
    return 'it wrote nothing';
  }
}
