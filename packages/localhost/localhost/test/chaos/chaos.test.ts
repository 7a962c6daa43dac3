import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ExecutorOptions,
  FunctionExecutor,
  type FuturesList,
  InvocationError,
  TimeoutError,
  WorkerLostError,
} from '@lithops/core';
import { eventually, faultyStorage, within } from '@lithops/testing';
import { afterAll, describe, expect, it, type TestContext, vi } from 'vitest';
import localhost, { storage } from '../../src/index.ts';
import { carryOut, chaoticOrders, ENDLESS, fault, type Order } from './chaotic-tasks.ts';
import { chaosSeed, SeededRandom } from './seeded-random.ts';

const seed = chaosSeed();
const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-chaos-'));
afterAll(() => rmSync(storageRoot, { recursive: true, force: true }));

const CHAOS_NODE = fileURLToPath(new URL('./chaos-node.mjs', import.meta.url));

function createExecutor(options: ExecutorOptions = {}, section: object = {}): FunctionExecutor {
  return new FunctionExecutor({
    backend: { plugin: localhost, config: { workerProcesses: 3, runtimeMemory: 160, ...section } },
    storage: { plugin: storage, config: { storageRoot } },
    ...options,
  });
}

/** Worker processes of this process. */
function workers(): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--child')
        ? [Number(pid)]
        : [];
    } catch {
      return []; // no process, or one that has ended meanwhile
    }
  });
}

function sayHowToRepeat(onTestFailed: TestContext['onTestFailed']): void {
  onTestFailed(() => console.error(`repeat with LITHOPS_CHAOS_SEED=${seed}`));
}

async function faultsOf(
  orders: readonly Order[],
  list: Awaited<ReturnType<FunctionExecutor['map']>>,
): Promise<string[]> {
  const faults: string[] = [];
  for (const [i, future] of Array.from(list).entries()) {
    const value = future.success ? await future.result() : undefined;
    const wrong = fault(orders[i] as Order, await future.status(), value);
    if (wrong !== undefined) faults.push(wrong);
  }
  return faults;
}

describe(`chaos (seed ${seed})`, () => {
  it('of tasks that exit, kill and stop themselves, and of workers that are killed and paused from outside', async ({
    onTestFailed,
  }) => {
    sayHowToRepeat(onTestFailed);
    const random = new SeededRandom(seed);
    const orders = chaoticOrders(2200, random);
    {
      await using fexec = createExecutor({ retries: 4 });
      // Those that never end have a job of their own: their time counts from submission, and the others' must not run out meanwhile.
      const endless = ENDLESS.map((kind, i): Order => ({ id: i, kind }));
      const stuck = fexec.map(carryOut, endless, { timeout: 6 });
      const list = fexec.map(carryOut, orders, { timeout: 200 });
      for (const { id, kind } of orders)
        if (kind === 'cancelled') setTimeout(() => void list[id]?.cancel('chaos'), random.below(3000));
      await within(230_000, 'a job in chaos', attackWhile(list, random));
      await stuck.wait({ throwExcept: false });
      expect(await faultsOf(orders, list)).toEqual([]);
      expect(await faultsOf(endless, stuck)).toEqual([]);
      expect(await fexec.map((n: number) => n + 1, [1, 2, 3]).result()).toEqual([2, 3, 4]);
    }
    await eventually(() => expect(workers()).toEqual([]));
  }, 280_000);

  // Of most of them only time tells, in which nothing is done: they pass side by side.
  it.concurrent.for([
    ['dropped', { drop: 0.01 }],
    ['doubled', { double: 0.05 }],
    ['swapped', { swap: 0.03 }],
    ['cut short', { cut: 0.01 }],
    ['replaced by noise', { noise: 0.01 }],
  ] as const)('of frames that are %s', { timeout: 120_000 }, async ([, rates], { onTestFailed }) => {
    sayHowToRepeat(onTestFailed);
    await overBadConnection(rates, async (fexec, orders) => {
      // Only time tells that a frame was lost; it is not to be used up by workers that start.
      await startWorkers(fexec);
      return fexec.map(carryOut, orders, { timeout: 10, chunksize: 5 });
    });
  });

  it('of frames that are late from the start', { timeout: 120_000 }, async ({ onTestFailed }) => {
    sayHowToRepeat(onTestFailed);
    await overBadConnection({ slowStart: 0.7 }, async (fexec, orders) =>
      fexec.map(carryOut, orders, { timeout: 50, chunksize: 5 }),
    );
    // Nor of those before.
    await eventually(() => expect(workers()).toEqual([]));
  });

  it('of a storage that fails, is slow and breaks off', async ({ onTestFailed }) => {
    sayHowToRepeat(onTestFailed);
    const broken = faultyStorage(storage, {
      failEvery: 3,
      reason: 'unavailable',
      breakReads: { every: 4, afterBytes: 1_000_000 },
      breakPuts: { every: 5, afterBytes: 500_000 },
    });
    const fexec = new FunctionExecutor({
      backend: { plugin: localhost, config: { workerProcesses: 2 } },
      storage: { plugin: broken, config: { storageRoot } },
    });
    try {
      const square = (n: number) => n * n;
      const items = Array.from({ length: 200 }, (_, i) => i);
      for (let run = 0; run < 2; run++)
        expect(await fexec.map(square, items, { cache: true }).result()).toEqual(items.map(square));
      await fexec.storage.putObject('chaos', 'object', Buffer.alloc(3_000_000, 5)).catch(async () => {
        await fexec.storage.createBucket('chaos');
        await fexec.storage.putObject('chaos', 'object', Buffer.alloc(3_000_000, 5));
      });
      expect(Buffer.compare(await fexec.storage.getObject('chaos', 'object'), Buffer.alloc(3_000_000, 5))).toBe(0);
    } finally {
      await fexec.close();
    }
  }, 60_000);

  it('of clocks that jump, on both sides', async () => {
    const real = Date.now;
    const random = new SeededRandom(seed + 2);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + (random.next() - 0.5) * 2 * 86_400_000);
    try {
      await using fexec = createExecutor();
      const jumps = (n: number) => {
        Date.now = () => n * 1e12;
        return n;
      };
      expect(await fexec.map(jumps, [0, 1, 2, 3], { timeout: 20 }).result()).toEqual([0, 1, 2, 3]);
      const slow = fexec.callAsync(() => new Promise((resolve) => setTimeout(resolve, 20_000)), 0, { timeout: 0.5 });
      await slow.wait();
      expect(slow.error).toBeInstanceOf(TimeoutError);
      const quick = fexec.callAsync(() => new Promise((resolve) => setTimeout(() => resolve('in time'), 300)), 0, {
        timeout: 15,
      });
      expect(await quick.result()).toBe('in time');
    } finally {
      vi.restoreAllMocks();
    }
  });
});

/** A job whose calls come out right or are told as failed, whatever happens to the frames. */
async function overBadConnection(
  rates: Readonly<Record<string, number>>,
  submit: (fexec: FunctionExecutor, orders: readonly Order[]) => Promise<FuturesList<unknown>>,
): Promise<void> {
  const random = new SeededRandom(seed + 1);
  const orders = Array.from(
    { length: 300 },
    (_, id): Order => ({
      id,
      kind: random.pick(['number', 'nothing', 'object', 'bytes', 'large', 'async', 'printed'] as const),
    }),
  );
  const fexec = createExecutor({ retries: 20 }, { runtime: chaosNode(rates) });
  try {
    const list = await submit(fexec, orders);
    await within(60_000, 'a job over a bad connection', list.wait({ throwExcept: false }));
    const outcomes = { right: 0, told: 0, wrong: [] as string[] };
    for (const [i, future] of Array.from(list).entries()) {
      if (future.success) {
        const wrong = fault(orders[i] as Order, await future.status(), await future.result());
        if (wrong === undefined) outcomes.right++;
        else outcomes.wrong.push(wrong);
      } else if (isTransportFailure(future.error)) outcomes.told++;
      else outcomes.wrong.push(String(future.error));
    }
    expect(outcomes.wrong).toEqual([]);
    expect(outcomes.right + outcomes.told).toBe(orders.length);
    expect(outcomes.right).toBeGreaterThan(0);
  } finally {
    await fexec.close();
  }
}

/** A Node whose frames meet with such faults. */
function chaosNode(rates: Readonly<Record<string, number>>): string {
  const file = join(storageRoot, `node-${Object.keys(rates).join('-')}`);
  const environment = `CHAOS_FAULTS='${JSON.stringify(rates)}' CHAOS_SEED=${seed}`;
  writeFileSync(file, `#!/bin/sh\n${environment} exec '${CHAOS_NODE}' "$@"\n`, { mode: 0o700 });
  return file;
}

async function startWorkers(fexec: FunctionExecutor): Promise<void> {
  const workers = fexec.map(() => new Promise((resolve) => setTimeout(resolve, 50)), [1, 2, 3], {
    chunksize: 1,
    timeout: 30,
  });
  await workers.wait({ throwExcept: false });
}

/** Kills or pauses a worker again and again, by the calls that have ended and not by the clock: a slow machine gets on too. */
async function attackWhile(list: AsyncIterable<unknown>, random: SeededRandom): Promise<void> {
  let ended = 0;
  for await (const _ of list) {
    if (++ended % 120 !== 0) continue;
    const pid = random.pick(workers());
    if (pid === undefined) continue;
    if (random.next() < 0.5) kill(pid, 'SIGKILL');
    else {
      kill(pid, 'SIGSTOP');
      setTimeout(() => kill(pid, 'SIGCONT'), 100);
    }
  }
}

function isTransportFailure(error: unknown): boolean {
  return error instanceof WorkerLostError || error instanceof InvocationError || error instanceof TimeoutError;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  // It may have ended between the look and the kill.
  if (existsSync(`/proc/${pid}`)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
