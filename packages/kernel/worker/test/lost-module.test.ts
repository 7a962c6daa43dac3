import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { processArguments } from '../src/pool/worker-file.ts';
import { encodeRequest, PROTOCOL_VERSION } from '../src/protocol/index.ts';
import { encodeValues } from '../src/values/index.ts';

it('a process that was not given the function ends, and fails none of its calls', async () => {
  const path = join(tmpdir(), `lithops-lost-module-${process.pid}`);
  const file = openSync(path, 'w+');
  const child = spawn(process.execPath, processArguments(), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', file],
  });
  closeSync(file);
  rmSync(path);
  let [stderr, replies] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdio[4]?.on('data', (bytes: Buffer) => {
    replies += bytes.toString('latin1');
  });
  const requests = child.stdio[3] as Writable; // a pipe
  const invocation = {
    ...{ id: 'i', executorId: 'e', jobId: 'M000', attempt: 1, module: 'lost', calls: [0, 1] },
    ...{ items: encodeValues([1, 2]), passContext: false },
  };
  for (const piece of encodeRequest({ type: 'hello', protocol: PROTOCOL_VERSION })) requests.write(piece);
  for (const piece of encodeRequest({ type: 'run', channel: 1, invocation })) requests.write(piece);
  const [code] = await once(child, 'close');
  expect(code).toBe(70);
  expect(stderr).toContain('function module lost did not reach this worker');
  expect(replies).toContain('"pid"');
  expect(replies).not.toContain('"calls"');
});
