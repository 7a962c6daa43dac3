import { readFile } from 'node:fs/promises';
import { ConfigError } from '@lithops/core/plugin';
import type { RedisClientOptions, RedisFunctions, RedisModules, RedisScripts } from 'redis';
import type { RedisConfig } from './config.ts';

const CONNECT_MS = 10_000;

/** Where a server is and how to get in. */
export interface RedisAddress {
  /** `host:port/db`, without secrets, for messages. */
  readonly name: string;
  readonly hasPassword: boolean;
  readonly options: RedisClientOptions<RedisModules, RedisFunctions, RedisScripts, 2>;
}

/** Puts the keys of a section and its `url` together. @throws ConfigError for files that cannot be read and addresses that are none. */
export async function addressOf(config: RedisConfig): Promise<RedisAddress> {
  const url = parsedUrl(config.url);
  const host = config.host ?? (url?.hostname || undefined)?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1';
  const port = config.port ?? (url?.port ? Number(url.port) : 6379);
  const database = config.db ?? databaseOf(url);
  const username = config.username ?? decoded(url?.username);
  const password = config.password ?? decoded(url?.password);
  const common = { host, port, connectTimeout: CONNECT_MS, reconnectStrategy: false as const };
  return {
    name: `${host}:${port}/${database}`,
    hasPassword: password !== undefined,
    options: {
      RESP: 2,
      database,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      disableClientInfo: true,
      maintNotifications: 'disabled',
      socket: usesTls(config, url) ? { ...common, tls: true, ...(await certificates(config)) } : common,
    },
  };
}

function parsedUrl(url: string | undefined): URL | undefined {
  if (url === undefined) return undefined;
  const parsed = URL.parse(url);
  // The address may hold a password, so it is not repeated.
  if (parsed === null) throw new ConfigError('redis.url is no address like redis://user:password@host:6379/0');
  return parsed;
}

function databaseOf(url: URL | undefined): number {
  const path = url?.pathname.slice(1) ?? '';
  if (path === '') return 0;
  if (/^\d+$/.test(path)) return Number(path);
  throw new ConfigError(`the path of redis.url is the number of a database, not '${path}'`);
}

function decoded(part: string | undefined): string | undefined {
  return part === undefined || part === '' ? undefined : decodeURIComponent(part);
}

function usesTls({ ssl, tls }: RedisConfig, url: URL | undefined): boolean {
  if (ssl !== undefined && tls !== undefined && ssl !== tls)
    throw new ConfigError('redis.ssl and redis.tls contradict each other; one of them is enough');
  return ssl ?? tls ?? url?.protocol === 'rediss:';
}

async function certificates(config: RedisConfig): Promise<{ ca?: Buffer; cert?: Buffer; key?: Buffer }> {
  const { sslCaCerts, sslCertfile, sslKeyfile } = config;
  return {
    ...(sslCaCerts !== undefined && { ca: await fileOf('ssl_ca_certs', sslCaCerts) }),
    ...(sslCertfile !== undefined && { cert: await fileOf('ssl_certfile', sslCertfile) }),
    ...(sslKeyfile !== undefined && { key: await fileOf('ssl_keyfile', sslKeyfile) }),
  };
}

async function fileOf(key: string, path: string): Promise<Buffer> {
  // The text itself goes where there are no such files.
  if (path.includes('-----BEGIN ')) return Buffer.from(path);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError(`redis.${key}: ${path} cannot be read`, { cause });
  }
}
