import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { decodeReplies, FRAMES_CONTENT_TYPE } from '../src/http/index.ts';
import type { Invocation, ShippedModule } from '../src/invocation.ts';
import type { WorkerReply } from '../src/protocol/index.ts';
import { decodeValues, encodeValues } from '../src/values/index.ts';

export const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
export const TOKEN = 'a-token-of-the-test';

const running: ChildProcess[] = [];

/** Ends all workers that were started since the last time. */
export function endWorkers(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}

export interface Served {
  readonly url: string;
  readonly child: ChildProcess;
}

/** `keep`: it outlives the test that starts it. */
export async function startWorker(env: Record<string, string> = {}, keep?: 'keep'): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, '--http'], {
    env: { ...process.env, PORT: '0', LITHOPS_WORKER_TOKEN: TOKEN, LITHOPS_WORKER_HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (keep === undefined) running.push(child);
  const port = await new Promise<string>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const [, found] = /listening on port (\d+)/.exec(chunk.toString()) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { url: `http://127.0.0.1:${port}/`, child };
}

export function moduleOf(hash: string, fn: string): ShippedModule {
  return { hash, code: `export default () => ({ fn: ${fn}, table: [] })`, assets: [] };
}

let ids = 0;
export function invocationOf(module: ShippedModule, items: readonly unknown[], id = `test/${++ids}`): Invocation {
  return {
    id,
    executorId: 'test',
    jobId: 'M000',
    attempt: 1,
    module: module.hash,
    calls: items.map((_, index) => index),
    items: encodeValues(items),
    passContext: false,
  };
}

export function post(
  { url }: Served,
  body: readonly Uint8Array[],
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    signal,
    body: Buffer.concat(body),
    headers: { 'content-type': FRAMES_CONTENT_TYPE, authorization: `Bearer ${TOKEN}`, ...headers },
  });
}

export async function repliesOf(response: Response): Promise<WorkerReply[]> {
  expect(response.status).toBe(200);
  const replies: WorkerReply[] = [];
  for await (const reply of decodeReplies(response.body as unknown as AsyncIterable<Uint8Array>)) replies.push(reply);
  return replies.filter(({ type }) => type !== 'alive');
}

export function resultsOf(replies: readonly WorkerReply[]): unknown[] {
  return replies.flatMap((reply) =>
    reply.type === 'event' && reply.event.type === 'result' ? decodeValues(reply.event.values) : [],
  );
}
