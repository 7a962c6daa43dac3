import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FunctionExecutor, LithopsError, ResponseFuture, StorageError, WorkerLostError } from '../src/index.ts';
import { finished, folder, printed, startScript } from './script.ts';

const CLASS_NAME = 'lithops.class';
const storageRoot = join(folder, 'storage');
const config = { localhost: { storageRoot, workerProcesses: 2 } };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seed = Number(process.env['LITHOPS_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** The same numbers for the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const CALLS = 40;

/** What a client does: submits or attaches, and writes down what it was told. */
function client(journal: string, key: string | undefined): string {
  return `
import { appendFileSync } from 'node:fs';
const journal = ${JSON.stringify(journal)};
const options = { config: ${JSON.stringify(config)} };
const work = async (n) => {
  const { appendFileSync } = await import('node:fs');
  appendFileSync(journal, 'start ' + n + '\\n');
  await new Promise((resolve) => setTimeout(resolve, 3));
  if (n % 10 === 7) throw new RangeError('seven ' + n);
  return n % 10 === 3 ? new Uint8Array(100_000).fill(n) : { n };
};
const total = (parts) => parts.reduce((sum, part) => sum + part.n, 0);
const fexec = ${key === undefined ? 'new FunctionExecutor(options)' : `await FunctionExecutor.attach(${JSON.stringify(key)}, options)`};
if (${key === undefined}) {
  const list = fexec.map(work, Array.from({ length: ${CALLS} }, (_, i) => i), { durable: true });
  const sum = fexec.mapReduce(async (n) => ({ n }), [1, 2, 3, 4], total, { durable: true });
  await Promise.all([list.submitted, sum.submitted]);
}
for (const future of fexec.futures)
  if (future.jobId === 'M000') void future.wait().then(() => appendFileSync(journal, 'done ' + Number(future.callId) + '\\n'));
console.log('working ' + fexec.executorId);
await fexec.wait(undefined, { throwExcept: false });
console.log('all done');
setInterval(() => {}, 1000);
`;
}

describe('durable jobs', () => {
  it(`outlive clients that are killed at any moment (seed ${seed})`, { timeout: 240_000 }, async () => {
    const random = randomFrom(seed);
    for (let round = 0; round < 2; round++) {
      const journal = join(folder, `journal-${round}`);
      writeFileSync(journal, '');
      let key: string | undefined;
      for (let kill = 0; kill < 4; kill++) {
        const child = startScript(`client-${round}-${kill}.mjs`, client(journal, key));
        const ended = finished(child);
        key = await printed(child, 'working ');
        await new Promise((resolve) => setTimeout(resolve, random() * 120));
        child.kill('SIGKILL');
        await ended;
      }
      await using fexec = await FunctionExecutor.attach(key ?? '', { config });
      const futures = [...fexec.futures];
      const results = await fexec.getResult(futures, { throwExcept: false, timeout: 120 });
      expect(futures.map(({ jobId, callId }) => `${jobId}-${callId}`)).toEqual([
        ...Array.from({ length: CALLS }, (_, n) => `M000-${String(n).padStart(5, '0')}`),
        'R000-00000',
      ]);
      expect(results.at(-1)).toBe(10);
      for (let n = 0; n < CALLS; n++) {
        if (n % 10 === 7) expect(futures[n]?.error).toEqual(new RangeError(`seven ${n}`));
        else if (n % 10 === 3) expect(results[n]).toEqual(new Uint8Array(100_000).fill(n));
        else expect(results[n]).toEqual({ n });
      }
      const lines = readFileSync(journal, 'utf8').trim().split('\n');
      for (const [line, text] of lines.entries())
        if (text.startsWith('done '))
          expect(lines.slice(line).includes(`start ${text.slice(5)}`), `${text} was run again`).toBe(false);
      await fexec.clean();
      await expect(FunctionExecutor.attach(key ?? '', { config })).rejects.toBeInstanceOf(StorageError);
    }
  });

  it('are followed while their client lives, and not run a second time', async () => {
    const journal = join(folder, 'journal-live');
    writeFileSync(journal, '');
    const child = startScript('client-live.mjs', client(journal, undefined));
    const ended = finished(child);
    const key = await printed(child, 'working ');
    try {
      await using fexec = await FunctionExecutor.attach(key, { config });
      const results = await fexec.getResult(undefined, { throwExcept: false, timeout: 60 });
      expect(results).toHaveLength(CALLS + 1);
      const starts = readFileSync(journal, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('start '));
      expect(starts.length).toBe(CALLS);
      expect(new Set(starts).size).toBe(CALLS);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('are read future by future from JSON, as plain values', async () => {
    class Place {
      readonly name: string;
      #secret = 7;
      constructor(name: string) {
        this.name = name;
      }
      get secret(): number {
        return this.#secret;
      }
    }
    class Lost extends Error {
      readonly where: string;
      constructor(where: string) {
        super(`lost in ${where}`);
        this.name = 'Lost';
        this.where = where;
      }
    }
    let texts: string[];
    {
      await using fexec = new FunctionExecutor({ config });
      const list = fexec.map(
        (kind: string): unknown => {
          if (kind === 'error') throw new Lost('space');
          if (kind === 'exit') process.exit(4);
          return kind === 'instance' ? [new Place('here'), new Map([[1, new Date(5)]])] : kind;
        },
        ['text', 'instance', 'error', 'exit'],
        { durable: true },
      );
      await list.wait({ throwExcept: false });
      texts = Array.from(list, (future) => JSON.stringify(future));
    }
    const [text, instance, error, exit] = texts.map((json) => ResponseFuture.fromJSON(json, { config }));
    expect(await text?.result()).toBe('text');
    const [place = {}, map] = ((await instance?.result()) ?? []) as [object?, unknown?];
    expect(Object.getPrototypeOf(place)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(place))).toEqual({ name: 'here' });
    expect(Reflect.get(place, Symbol.for(CLASS_NAME))).toBe('Place');
    expect(map).toEqual(new Map([[1, new Date(5)]]));
    await expect(error?.result()).rejects.toMatchObject({ name: 'Lost', message: 'lost in space', where: 'space' });
    const lost: unknown = await exit?.result().catch((reason: unknown) => reason);
    expect(lost).toBeInstanceOf(WorkerLostError);
    expect(lost).toMatchObject({ code: 'WORKER_LOST', exitCode: 4 });
    expect(LithopsError.is(lost)).toBe(true);
  });

  it('chain: results of one are items of the next after the client has died too', async () => {
    const child = startScript(
      'chain.mjs',
      `
const fexec = new FunctionExecutor({ config: ${JSON.stringify(config)} });
// What takes long to be written must be there before what depends on it is told to be.
const items = [0, 1, 2, 3].map((n) => ({ n, padding: 'y'.repeat(8_000_000) }));
const first = fexec.map(async ({ n }) => { await new Promise((resolve) => setTimeout(resolve, n * 200)); return 'x'.repeat(n * 100_000); }, items, { durable: true });
const second = first.map((text) => text.length, { durable: true });
await second.submitted;
console.log('working ' + fexec.executorId);
process.kill(process.pid, 'SIGKILL');
`,
    );
    const ended = finished(child);
    const key = await printed(child, 'working ');
    await ended;
    await using fexec = await FunctionExecutor.attach(`${key}-M001`, { config });
    expect(await fexec.getResult(undefined, { timeout: 60 })).toEqual([0, 100_000, 200_000, 300_000]);
  });

  it('keep what was cancelled, and go on with what a closed executor has left', async () => {
    let key: string;
    {
      await using fexec = new FunctionExecutor({ config });
      key = fexec.executorId;
      const list = fexec.map(
        async (ms: number) => {
          await new Promise((resolve) => setTimeout(resolve, ms));
          return ms;
        },
        [0, 1000, 1000, 1000],
        { durable: true },
      );
      await list.submitted;
      await list[0]?.wait();
      await list[3]?.cancel('not needed');
    }
    await using fexec = await FunctionExecutor.attach(key, { config });
    const [done, second, , cancelled] = fexec.futures;
    expect([done?.state, cancelled?.state]).toEqual(['success', 'cancelled']);
    // Submitted by the first executor, not when the second one came.
    const { hostSubmittedAt = 0, workerStartedAt = 0 } = done?.stats ?? {};
    expect(workerStartedAt).toBeGreaterThanOrEqual(hostSubmittedAt);
    const json = JSON.stringify(done);
    expect(await ResponseFuture.fromJSON(json, { config }).wait()).toMatchObject({ stats: { hostSubmittedAt } });
    expect(await second?.result()).toBe(1000);
  });

  it('are refused where their promise could not be kept', async () => {
    await using fexec = new FunctionExecutor({ config });
    const plain = fexec.map((n: number) => n, [1, 2]);
    expect(() => fexec.map((n: number) => n, plain, { durable: true })).toThrow(/durable/);
    await expect(FunctionExecutor.attach('nobody-0', { config })).rejects.toThrow(/nothing of executor nobody-0/);
    await expect(ResponseFuture.fromJSON(JSON.stringify(plain[0]), { config }).result()).rejects.toBeInstanceOf(
      StorageError,
    );
    expect(() => ResponseFuture.fromJSON('{}')).toThrow(TypeError);
  });
});
