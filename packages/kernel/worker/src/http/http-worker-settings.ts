import type { HttpWorkerOptions } from './http-worker.ts';

const MAX_BODY_BYTES = 512 * 1024 * 1024;

/**
 * Settings of the HTTP worker from the environment: `PORT`, `LITHOPS_WORKER_HOST`, `LITHOPS_WORKER_TOKEN`,
 * `LITHOPS_WORKER_CONCURRENCY`, `LITHOPS_WORKER_MAX_BODY_BYTES`, `LITHOPS_WORKER_HEAP_MB` of each process,
 * `LITHOPS_WORKER_ABANDON_SECONDS`, `LITHOPS_WORKER_DRAIN_SECONDS`, `LITHOPS_WORKER_AUTH` (`token`, or `platform` where only
 * requests that the platform has authenticated get here).
 * @throws Error naming the variable.
 */
export function httpWorkerSettings(env: NodeJS.ProcessEnv): HttpWorkerOptions {
  const token = env['LITHOPS_WORKER_TOKEN'];
  const auth = env['LITHOPS_WORKER_AUTH'] ?? 'token';
  if (auth !== 'token' && auth !== 'platform')
    throw new Error(`LITHOPS_WORKER_AUTH is 'token' or 'platform', not '${auth}'`);
  const open = auth === 'platform';
  if (token === undefined && !open && env['LITHOPS_WORKER_HOST'] !== undefined)
    throw new Error(
      'a worker that is reached from other hosts needs LITHOPS_WORKER_TOKEN, or LITHOPS_WORKER_AUTH=platform',
    );
  const host = env['LITHOPS_WORKER_HOST'] ?? (token === undefined && !open ? '127.0.0.1' : '0.0.0.0');
  return {
    port: count(env, 'PORT', 8080),
    host,
    token,
    concurrency: Math.max(1, count(env, 'LITHOPS_WORKER_CONCURRENCY', 1)),
    maxBodyBytes: count(env, 'LITHOPS_WORKER_MAX_BODY_BYTES', MAX_BODY_BYTES),
    heapMegabytes: optionalCount(env, 'LITHOPS_WORKER_HEAP_MB'),
    abandonMs: milliseconds(optionalCount(env, 'LITHOPS_WORKER_ABANDON_SECONDS')),
    drainMs: milliseconds(optionalCount(env, 'LITHOPS_WORKER_DRAIN_SECONDS')),
  };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function count(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  return optionalCount(env, name) ?? otherwise;
}

function optionalCount(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`${name} is a whole number, not '${text}'`);
}
