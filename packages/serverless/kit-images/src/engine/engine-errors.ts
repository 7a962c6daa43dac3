import { InvocationError, LithopsError } from '@lithops/core/plugin';
import type { EngineAddress } from './engine-address.ts';

/** The HTTP status with which an engine refused; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** What the engine said, without the client library's words around it. */
export function engineMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const answer: unknown = 'json' in error ? error.json : undefined;
  if (typeof answer === 'object' && answer !== null && 'message' in answer) return String(answer.message);
  return error.message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}

/** What went wrong with an engine, in words that say what to do. Errors of ours stay as they are. */
export function engineError(error: unknown, doing: string, address: EngineAddress): LithopsError {
  if (LithopsError.is(error)) return error;
  const hint = hintFor(error, address);
  return new InvocationError(`${doing}: ${reachable(error, address) ?? engineMessage(error)}`, {
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

const NOBODY = ['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'ENOTSOCK'];
const BROKEN = ['ECONNRESET', 'EPIPE'];

/** Whether the engine did not answer, or went away while it was asked. */
export function isUnreachable(error: unknown): boolean {
  const code = String(codeOf(error));
  return NOBODY.includes(code) || BROKEN.includes(code);
}

function reachable(error: unknown, { host, source }: EngineAddress): string | undefined {
  const code = codeOf(error);
  if (NOBODY.includes(String(code))) return `no Docker engine answers at ${host} (from ${source}), ${String(code)}`;
  if (BROKEN.includes(String(code))) return `the connection to the Docker engine at ${host} broke, ${String(code)}`;
  if (code === 'EACCES' || code === 'EPERM')
    return `this user may not use the Docker engine at ${host} (from ${source})`;
  return undefined;
}

function hintFor(error: unknown, { host }: EngineAddress): string | undefined {
  const code = codeOf(error);
  if (NOBODY.includes(String(code)))
    return 'start Docker or Podman, or say where it is: set DOCKER_HOST, docker_host in the configuration, or `docker context use`';
  if (code === 'EACCES' || code === 'EPERM')
    return `add your user to the group that owns ${host.replace(/^unix:\/\//, '')} (\`sudo usermod -aG docker $USER\`, then log in again), or use a rootless engine`;
  const message = engineMessage(error);
  if (/no space left on device|not enough space|disk quota/i.test(message))
    return 'the disk of the engine is full: `docker system prune` frees what is not used';
  if (/could not select device driver|nvidia/i.test(message))
    return 'install the NVIDIA container toolkit for this engine, or leave gpus out';
  if (/bind source path does not exist/.test(message)) return 'correct volumes: the folder has to be there';
  if (/network .* not found|could not find network/i.test(message))
    return 'see `docker network ls`, and correct network';
  return undefined;
}
