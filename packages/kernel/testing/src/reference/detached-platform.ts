import { createInterface } from 'node:readline';
import { type DetachedRequest, parseDetachedRequest, runDetached } from '@lithops/worker/detached';
import { ProcessPool } from '@lithops/worker/pool';

/**
 * The platform of the detached backend: takes requests, a line each, and runs them in a few processes. When no more can
 * come it finishes what it has taken on, and ends.
 */
const [size, ...options] = process.argv.slice(2);
const command = { execPath: process.execPath, execArgv: options, env: process.env, cwd: process.cwd() };
const pool = new ProcessPool({ size: Number(size), command });
const running = new Map<string, { readonly cancel: AbortController; readonly ended: Promise<void> }>();

process.on('SIGINT', () => {}); // meant for the client

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as { readonly request?: unknown; readonly cancel?: string }; // from the backend beside this file
  if (message.cancel !== undefined) running.get(message.cancel)?.cancel.abort();
  else accept(parseDetachedRequest(JSON.stringify(message.request)));
}
await Promise.all(Array.from(running.values(), ({ ended }) => ended));
await pool.close();

function accept(request: DetachedRequest): void {
  const cancel = new AbortController();
  const ended = runDetached(request, pool, cancel.signal)
    .catch((error: unknown) => console.error(error))
    .finally(() => running.delete(request.key));
  running.set(request.key, { cancel, ended });
}
