import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { CallEvent } from '../src/call-event.ts';
import type { Invocation, ShippedModule, TaskSetup } from '../src/invocation.ts';
import { decodeFunctionReplies, encodeFunctionEvent, type FunctionEvent } from '../src/lambda/index.ts';
import { LambdaWorker } from '../src/lambda/lambda-worker.ts';
import { encodeStoredInvocation, encodeStoredModule, type WorkerReply } from '../src/protocol/index.ts';
import { EncodedValues, encodeValues } from '../src/values/index.ts';

// Sandboxes are processes, which start slowly on a machine that has much to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folders: string[] = [];
const workers: LambdaWorker[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function sandbox({ memory = 512 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-lambda-test-'));
  folders.push(folder);
  const env = { ...process.env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory), AWS_LAMBDA_RUNTIME_API: 'secret' };
  const worker = new LambdaWorker(env, folder);
  workers.push(worker);
  const run = async (event: unknown, remainingMs = 60_000): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [];
    await worker.run(event, { getRemainingTimeInMillis: () => remainingMs }, (bytes) => void pieces.push(bytes));
    return Buffer.concat(pieces);
  };
  return { folder, run, replies: async (event: unknown, remainingMs?: number) => read(await run(event, remainingMs)) };
}

async function read(bytes: Uint8Array): Promise<WorkerReply[]> {
  return listOf(decodeFunctionReplies(chunks(bytes, bytes.byteLength)));
}

async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

function moduleOf(fn: string): ShippedModule {
  return { hash: `module ${fn}`, code: `export default () => ({ table: [], fn: ${fn} });`, assets: [] };
}

function invocationOf(module: ShippedModule, items: readonly unknown[], more: Partial<Invocation> = {}): Invocation {
  return {
    id: 'test-M000/1',
    executorId: 'test',
    jobId: 'M000',
    attempt: 1,
    module: module.hash,
    calls: items.map((_, index) => index),
    items: encodeValues(items),
    passContext: false,
    ...more,
  };
}

/** As it arrives: through JSON. */
function eventOf(event: FunctionEvent): unknown {
  return JSON.parse(encodeFunctionEvent(event));
}

function runOf(fn: string, items: readonly unknown[], more: Partial<Invocation> = {}): unknown {
  const module = moduleOf(fn);
  return eventOf({ type: 'run', request: { invocation: invocationOf(module, items, more), module } });
}

function valuesOf(replies: readonly WorkerReply[]): unknown[] {
  const values: unknown[] = [];
  for (const reply of replies) {
    const event: CallEvent | undefined =
      reply.type === 'event' ? reply.event : reply.type === 'finished' ? reply.results : undefined;
    if (event?.type !== 'result') continue;
    const encoded = new EncodedValues(event.values);
    for (const [position, call] of event.calls.entries()) values[call] = encoded.get(position);
  }
  return values;
}

/** Bytes as numbers, whatever class they are of. */
function plain(replies: readonly WorkerReply[]): unknown {
  return replies
    .map((reply) =>
      reply.type === 'event' && reply.event.type === 'result' ? [reply, Array.from(reply.event.values)] : reply,
    )
    .map((each) => JSON.stringify(each, (key, value: unknown) => (key === 'values' ? undefined : value)));
}

/** A storage in a folder, as its code would be sent. */
function storageIn(folder: string): TaskSetup {
  const storageCode = `const { readFileSync } = require('node:fs');
    exports.openJobStore = (folder) => ({ find: async (key) => {
      try { return readFileSync(folder + '/' + key) } catch { return undefined }
    } });`;
  return { storageCode, storageConfig: folder };
}

describe('the worker of a Lambda function', () => {
  it('runs an invocation, again warm, and says what it is', async () => {
    const { replies } = sandbox();
    const first = await replies(runOf('(i) => [i * 2, process.pid]', [1, 2, 3]));
    expect(first.at(-1)).toEqual({ type: 'finished', channel: 1 });
    const [a, b] = [valuesOf(first), valuesOf(await replies(runOf('(i) => [i * 2, process.pid]', [4])))] as [
      number,
      number,
    ][][];
    expect(a?.map(([value]) => value)).toEqual([2, 4, 6]);
    expect(b?.[0]).toEqual([8, a?.[0]?.[1]]);
    expect(await replies({ lithops: 1, type: 'metadata' })).toMatchObject([
      { type: 'ready', facts: { nodeVersion: process.version } },
    ]);
  });

  it('tells the end of the process of user code, and goes on', async () => {
    const { replies } = sandbox({ memory: 128 });
    const replied = await replies(runOf('(i) => i === 1 ? process.exit(7) : i', [0, 1, 2]));
    expect(valuesOf(replied)).toEqual([0]);
    expect(replied.at(-1)).toMatchObject({ type: 'lost', death: { exitCode: 7, call: 1, oom: false } });
    const full = await replies(
      runOf('() => { const all = []; for (;;) all.push(Array.from({ length: 10_000 }, () => ({ a: 1 }))); }', [0]),
    );
    expect(full.at(-1)).toMatchObject({ type: 'lost', death: { oom: true } });
    expect(valuesOf(await replies(runOf('(i) => i', ['well'])))).toEqual(['well']);
  });

  it('ends user code before Lambda does, and names the call that ran', async () => {
    const { replies } = sandbox();
    const slow = 'async (i) => { if (i === 1) for (;;); await new Promise((done) => setTimeout(done, 10)); return i; }';
    expect(valuesOf(await replies(runOf('(i) => i', [1])))).toEqual([1]);
    const replied = await replies(runOf(slow, [0, 1, 2]), 4_000);
    expect(
      replied.flatMap((reply) => (reply.type === 'event' && reply.event.type === 'expired' ? reply.event : [])),
    ).toEqual([{ type: 'expired', calls: [1, 2], running: 1 }]);
    expect(valuesOf(await replies(runOf('(i) => i', [3])))).toEqual([3]);
  });

  it('shares the calls of an invocation out to a process for each CPU', async () => {
    const { replies } = sandbox({ memory: 2 * 1769 });
    const fn = '(i) => i === 2 ? process.exit(3) : new Promise((done) => setTimeout(done, 50, [i, process.pid]))';
    const replied = await replies(runOf(fn, [0, 1, 2, 3, 4, 5]));
    const values = valuesOf(replied) as [number, number][];
    expect([0, 1, 3, 5].map((call) => values[call]?.[0])).toEqual([0, 1, 3, 5]);
    expect(new Set([values[0]?.[1], values[1]?.[1]]).size).toBe(2);
    expect(replied.at(-1)).toMatchObject({ type: 'lost', death: { exitCode: 3, call: 2 } });
  });

  it('hides the way to Lambda from tasks, and removes what they leave behind', async () => {
    const { folder, replies } = sandbox();
    mkdirSync(join(folder, 'late'));
    const fn = `async () => {
      const { mkdirSync, writeFileSync } = await import('node:fs');
      mkdirSync('deep/er', { recursive: true });
      writeFileSync('deep/er/file', 'x');
      return [process.cwd(), process.env.AWS_LAMBDA_RUNTIME_API];
    }`;
    expect(valuesOf(await replies(runOf(fn, [0])))).toEqual([[folder, undefined]]);
    expect(readdirSync(folder).filter((name) => name !== 'late')).toEqual([]);
  });

  it('reads what was too large to be sent from storage, and keeps modules on its disk', async () => {
    const { folder, replies } = sandbox();
    const store = mkdtempSync(join(tmpdir(), 'lithops-lambda-store-'));
    folders.push(store);
    const module = moduleOf('(i) => i + 1');
    const invocation = invocationOf(module, [41]);
    writeFileSync(join(store, 'invocation'), encodeStoredInvocation(invocation));
    writeFileSync(join(store, 'module'), encodeStoredModule(module));
    const request = {
      invocation: { key: 'invocation', task: storageIn(store) },
      module: { key: 'module', hash: module.hash },
    };
    const event = eventOf({ type: 'run', request });
    expect(valuesOf(await replies(event))).toEqual([42]);
    const kept = join(folder, 'lithops-worker');
    const [file = ''] = readdirSync(kept);
    rmSync(join(store, 'module'));
    expect(valuesOf(await replies(event))).toEqual([42]);
    // One that somebody has cut short is fetched again.
    writeFileSync(join(kept, file), readFileSync(join(kept, file)).subarray(0, 40));
    expect((await replies(event)).at(-1)).toMatchObject({
      type: 'lost',
      death: { reason: /there is no object 'module'/ },
    });
  });

  it('ends an invocation that its client has cancelled, or whose executor is closed', async () => {
    const { replies } = sandbox();
    const store = mkdtempSync(join(tmpdir(), 'lithops-lambda-store-'));
    folders.push(store);
    writeFileSync(join(store, 'stops'), JSON.stringify(['test-M000/1']));
    const module = moduleOf('() => { for (;;); }');
    const invocation = invocationOf(module, [0], { task: storageIn(store) });
    const ends = (stops: string) =>
      replies(eventOf({ type: 'run', request: { invocation, module, stops } })).then((told) => told.at(-1));
    const cancelled = { type: 'lost', death: { reason: 'its client has cancelled it' } };
    expect(await ends('stops')).toMatchObject(cancelled);
    expect(await ends('gone')).toMatchObject(cancelled);
  });

  it('refuses events that are none of its own', async () => {
    const { run } = sandbox();
    await expect(run({ hello: 'world' })).rejects.toThrow('none of its requests');
    await expect(run({ lithops: 2, type: 'run' })).rejects.toThrow('speaks version 2');
    await expect(run({ lithops: 1, type: 'sing' })).rejects.toThrow('type sing');
    await expect(run({ lithops: 1, type: 'run' })).rejects.toThrow('names an invocation');
    await expect(run({ lithops: 1, type: 'detached', request: {} })).rejects.toThrow('a key');
  });
});

describe('replies of a function', () => {
  it('are the same streamed and buffered, however they are cut, and cut short they are refused', async () => {
    const bytes = await sandbox().run(runOf('(i) => i', ['a', 'b']));
    const whole = await read(bytes);
    const buffered = Buffer.from(JSON.stringify({ frames: Buffer.from(bytes).toString('base64') }));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: bytes.byteLength }), fc.boolean(), async (size, streamed) => {
        const body = streamed ? bytes : buffered;
        expect(plain(await listOf(decodeFunctionReplies(chunks(body, size))))).toEqual(plain(whole));
        const cut = body.subarray(0, Math.max(1, body.byteLength - size));
        const read = listOf(decodeFunctionReplies(chunks(cut, size)));
        await read.then(
          (replies) => expect(replies.length).toBeLessThan(whole.length),
          () => {},
        );
      }),
      { numRuns: 60 },
    );
  });
});
