import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@lithops/core/plugin';
import { dockerConfigFolder, readDockerConfig } from '../credentials/docker-config-file.ts';

/** Where an engine listens. */
export interface EngineAddress {
  /** `unix:///var/run/docker.sock`, `tcp://host:2376`, `ssh://user@host`, `npipe:////./pipe/docker_engine`. */
  readonly host: string;
  /** Folder with ca.pem, cert.pem and key.pem; absent: no TLS. */
  readonly certificates?: string;
  /** How it was found, for messages. */
  readonly source: string;
}

/**
 * The engine that `docker` itself would use: DOCKER_HOST, DOCKER_CONTEXT, the current context, then sockets that are there,
 * Podman's among them.
 * @throws ConfigError when the context that is asked for does not exist
 */
export function findEngine(configured: string | undefined, env: NodeJS.ProcessEnv = process.env): EngineAddress {
  const certificates = env['DOCKER_CERT_PATH'];
  const tls = certificates !== undefined && certificates !== '' && { certificates };
  if (configured !== undefined) return { host: configured, source: 'the configuration', ...tls };
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '')
    return { host: host.includes('://') ? host : `tcp://${host}`, source: 'DOCKER_HOST', ...tls };
  const named = env['DOCKER_CONTEXT'];
  const context = named !== undefined && named !== '' ? named : readDockerConfig(env).currentContext;
  if (context !== undefined && context !== 'default') return contextAddress(context, env);
  if (process.platform === 'win32') return { host: 'npipe:////./pipe/docker_engine', source: 'the usual pipe' };
  const sockets = usualSockets(env);
  const found = sockets.find((socket) => existsSync(socket)) ?? sockets[0] ?? '';
  return { host: `unix://${found}`, source: 'the usual sockets' };
}

function usualSockets(env: NodeJS.ProcessEnv): string[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`;
  return [
    '/var/run/docker.sock',
    join(homedir(), '.docker', 'run', 'docker.sock'),
    join(runtime, 'docker.sock'),
    join(runtime, 'podman', 'podman.sock'),
    '/run/podman/podman.sock',
  ];
}

interface ContextFile {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
}

function contextAddress(name: string, env: NodeJS.ProcessEnv): EngineAddress {
  const folder = dockerConfigFolder(env);
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  if (!existsSync(file))
    throw new ConfigError(`there is no Docker context '${name}'`, {
      hint: 'see `docker context ls`, or set DOCKER_HOST',
    });
  const context: ContextFile = JSON.parse(readFileSync(file, 'utf8'));
  const host = context.Endpoints?.docker?.Host;
  if (host === undefined)
    throw new ConfigError(`Docker context '${name}' names no Docker engine`, { hint: `see ${file}` });
  const certificates = join(folder, 'contexts', 'tls', id, 'docker');
  return { host, source: `Docker context '${name}'`, ...(existsSync(certificates) && { certificates }) };
}
