import { ProcessPool } from '../pool/process-pool.ts';
import { parseDetachedRequest } from './detached-request.ts';
import { runDetached } from './run-detached.ts';

/** Where the request of a detached worker is: not on its command line, which others can read. */
export const REQUEST_VARIABLE = 'LITHOPS_WORKER_REQUEST';

/** The program `node worker.mjs --detached`: runs one invocation, and ends. */
export async function serveDetached(): Promise<void> {
  const text = process.env[REQUEST_VARIABLE];
  if (text === undefined) throw new Error(`${REQUEST_VARIABLE} holds no request`);
  // Not for tasks to see.
  delete process.env[REQUEST_VARIABLE];
  const command = { execPath: process.execPath, execArgv: process.execArgv, env: process.env, cwd: process.cwd() };
  const pool = new ProcessPool({ size: 1, command });
  const cancel = new AbortController();
  process.once('SIGTERM', () => cancel.abort());
  try {
    await runDetached(parseDetachedRequest(text), pool, cancel.signal);
  } finally {
    await pool.close();
  }
}
