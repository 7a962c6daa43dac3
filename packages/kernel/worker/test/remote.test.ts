import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallEvent, Invocation, ShippedModule } from '../src/index.ts';
import { WorkerDied } from '../src/pool/index.ts';
import { encodeFrame, ProtocolError } from '../src/protocol/index.ts';
import { type SupervisorOptions, supervisorArguments, WorkerConnection } from '../src/remote/index.ts';
import { SentModules } from '../src/remote/sent-modules.ts';
import { EncodedValues, ValueBatch } from '../src/values/index.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const started: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A supervisor with the flags that a container would run it with. */
function start(options: SupervisorOptions = { processes: 2 }): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [main, ...supervisorArguments(options)]);
  started.push(child);
  return child;
}

function connect(
  child: ChildProcessWithoutNullStreams,
  options: Partial<ConstructorParameters<typeof WorkerConnection>[0]> = {},
): WorkerConnection {
  return new WorkerConnection({
    input: child.stdin,
    output: child.stdout,
    explainEnd: (cause) => new Error('the transport says why', { cause }),
    ...options,
  });
}

/** A module as the closure package makes them, of a function's own text. */
function moduleOf(fn: (...args: never[]) => unknown, name = fn.toString()): ShippedModule {
  const code = `export default () => { const fn = (0, ${fn.toString()}); return { fn, table: [fn] }; };`;
  return { hash: name, code, assets: [] };
}

function invocation(module: ShippedModule, items: readonly unknown[]): Invocation {
  const batch = new ValueBatch();
  for (const item of items) batch.add(item);
  return {
    id: 'e-M000/1',
    executorId: 'e',
    jobId: 'M000',
    attempt: 1,
    module: module.hash,
    calls: items.map((_, index) => index),
    items: batch.finish(),
    passContext: false,
  };
}

function run(
  connection: WorkerConnection,
  fn: (...args: never[]) => unknown,
  items: readonly unknown[],
  signal?: AbortSignal,
) {
  const module = moduleOf(fn);
  return connection.run(invocation(module, items), module, signal ?? new AbortController().signal);
}

async function valuesOf(events: AsyncIterable<CallEvent>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const event of events) {
    if (event.type !== 'result') continue;
    const encoded = new EncodedValues(event.values);
    for (const [position, call] of event.calls.entries()) values[call] = encoded.get(position);
  }
  return values;
}

describe('a supervisor on stdin and stdout', () => {
  it('tells its facts, and runs many invocations interleaved on one connection', async () => {
    const child = start();
    const connection = connect(child);
    const slow = valuesOf(run(connection, (n: number) => new Promise((resolve) => setTimeout(resolve, 300, n)), [7]));
    const quick = await Promise.all(
      Array.from({ length: 40 }, (_, i) => valuesOf(run(connection, (n: number) => n * 2, [i, i + 1]))),
    );
    expect(quick).toEqual(Array.from({ length: 40 }, (_, i) => [2 * i, 2 * i + 2]));
    expect(await slow).toEqual([7]);
    expect(await connection.ready).toMatchObject({ nodeVersion: process.version, pid: child.pid, concurrency: 2 });
    connection.close();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('carries large items and results, and what user code prints, apart from its frames', async () => {
    const connection = connect(start());
    const bytes = new Uint8Array(5_000_000).fill(9);
    const events = run(
      connection,
      (item: Uint8Array) => {
        console.log('to stdout');
        process.getBuiltinModule('node:fs').writeSync(1, 'past process.stdout');
        return item;
      },
      [bytes],
    );
    const logs: string[] = [];
    let result: unknown;
    for await (const event of events) {
      if (event.type === 'log') logs.push(event.text);
      if (event.type === 'result') result = new EncodedValues(event.values).get(0);
    }
    expect(Buffer.compare(result as Uint8Array, bytes)).toBe(0);
    expect(logs.join('')).toContain('to stdout');
    connection.close();
  });

  it('tells how a worker process ended, and goes on with a new one', async () => {
    const connection = connect(start({ processes: 1, heapMegabytes: 64 }));
    const exits = run(connection, (code: number) => process.exit(code), [7]);
    await expect(valuesOf(exits)).rejects.toMatchObject({ death: { exitCode: 7, call: 0, oom: false } });
    const killed = run(connection, () => process.kill(process.pid, 'SIGKILL') && new Promise(() => {}), [0]);
    await expect(valuesOf(killed)).rejects.toMatchObject({ death: { signal: 'SIGKILL' } });
    const hungry = run(connection, () => {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 10_000 }, () => ({ a: 1 })));
    }, [0]);
    const error: unknown = await valuesOf(hungry).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WorkerDied);
    expect(error).toMatchObject({ death: { oom: true } });
    expect(await valuesOf(run(connection, (n: number) => n, [3]))).toEqual([3]);
    connection.close();
  }, 60_000);

  it('cancels one invocation by killing its process; the others go on', async () => {
    const connection = connect(start({ processes: 2 }));
    const controller = new AbortController();
    const endless = run(
      connection,
      () => {
        for (;;);
      },
      [0],
      controller.signal,
    );
    const ended = valuesOf(endless);
    const beside = valuesOf(run(connection, (n: number) => new Promise((resolve) => setTimeout(resolve, 400, n)), [5]));
    await delay(200);
    controller.abort();
    expect(await ended).toEqual([]);
    expect(await beside).toEqual([5]);
    // Both processes are to be had again.
    const both = [1, 2].map((n) => valuesOf(run(connection, (item: number) => item, [n])));
    expect(await Promise.all(both)).toEqual([[1], [2]]);
    connection.close();
  });

  it('gives calls back, and tells which one runs only as seen after the recall', async () => {
    const connection = connect(start({ processes: 1 }));
    const busy = run(
      connection,
      (n: number) => {
        if (n === 1) for (const until = Date.now() + 3000; Date.now() < until; );
        return n;
      },
      [0, 1, 2, 3],
    );
    const events: CallEvent[] = [];
    const reading = (async () => {
      for await (const event of busy) events.push(event);
    })();
    for (let waited = 0; busy.running() !== 1 && waited < 15_000; waited += 5) await delay(5);
    expect(busy.running()).toBe(1);
    busy.recall([2, 3]);
    expect(busy.running()).toBeUndefined();
    for (let waited = 0; busy.running() === undefined && waited < 2000; waited += 5) await delay(5);
    expect(busy.running()).toBe(1);
    await reading;
    expect(events.filter(({ type }) => type === 'returned')).toEqual([{ type: 'returned', calls: [2, 3] }]);
    connection.close();
  });

  it('sends a module once', async () => {
    const child = start({ processes: 1 });
    const connection = connect(child);
    const module = { ...moduleOf((n: number) => n), assets: [new Uint8Array(2_000_000)] };
    const written = () => (child.stdin as Socket).bytesWritten; // pipes of our own making are sockets
    const use = async () => {
      const before = written();
      await valuesOf(connection.run(invocation(module, [1]), module, new AbortController().signal));
      return written() - before > 1_000_000;
    };
    expect([await use(), await use()]).toEqual([true, false]);
    connection.close();
  });

  it('ends with its input, endless loops of user code included', async () => {
    const child = start({ processes: 1 });
    const connection = connect(child);
    const pids = valuesOf(run(connection, () => process.pid, [0]));
    const [pid] = (await pids) as number[];
    valuesOf(
      run(connection, () => {
        for (;;);
      }, [0]),
    ).catch(() => {});
    await delay(100);
    child.stdin.destroy();
    await once(child, 'exit');
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  });

  it('stops reading from its workers when its client does not read: memory stays flat', async () => {
    const child = start({ processes: 1 });
    const connection = connect(child);
    await connection.ready;
    const loud = valuesOf(
      run(connection, () => {
        for (let i = 0; i < 100_000; i++) console.log('x'.repeat(1000));
        return 'done';
      }, [0]),
    );
    child.stdout.pause();
    await delay(1500);
    const megabytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
    expect(megabytes).toBeLessThan(130);
    child.stdout.resume();
    expect(await loud).toEqual(['done']);
    connection.close();
  }, 60_000);

  it('tells when the worker is silent, and when it has ended', async () => {
    const child = start({ processes: 1 });
    const silences: number[] = [];
    const connection = connect(child, { silence: { everyMs: 500, onSilent: (ms) => silences.push(ms) } });
    await connection.ready;
    const open = valuesOf(run(connection, () => new Promise(() => {}), [0]));
    const failed = expect(open).rejects.toThrow('the transport says why');
    await delay(700);
    expect(silences).toEqual([]);
    child.kill('SIGSTOP');
    for (let waited = 0; silences.length === 0 && waited < 5000; waited += 20) await delay(20);
    expect(silences[0]).toBeGreaterThanOrEqual(1000);
    child.kill('SIGKILL');
    await failed;
    expect(connection.usable).toBe(false);
    await expect(valuesOf(run(connection, (n: number) => n, [1]))).rejects.toThrow('the transport says why');
  });

  it('refuses what is no worker, and a worker that speaks another version', async () => {
    const stranger = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("Welcome to this image!")']);
    started.push(stranger);
    const error: unknown = await connect(stranger).ready.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ProtocolError);
    const child = start();
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.stdin.write(Buffer.concat(encodeFrame(1, 0, { protocol: 999 })));
    expect((await once(child, 'exit'))[0]).toBe(70);
    expect(complaint).toContain('the client speaks version 999');
  });

  it('is not started with arguments that it does not know', async () => {
    const child = spawn(process.execPath, [main, '--stdio', '--processes=0']);
    started.push(child);
    expect((await once(child, 'exit'))[0]).toBe(64);
  });
});

it('modules that were not used for long are forgotten, so that neither side fills', () => {
  const sent = new SentModules();
  // Zero pages: nothing of it is in memory.
  const module = (hash: string) => ({ hash, code: '', assets: [new Uint8Array(100 * 1024 * 1024)] });
  const use = (hash: string) => [sent.use(module(hash)), sent.overflow()];
  expect([use('a'), use('b'), use('a'), use('c'), use('a'), use('b')]).toEqual([
    [true, []],
    [true, []],
    [false, []],
    [true, ['b']],
    [false, []],
    [true, ['c']],
  ]);
});

it('arguments of a supervisor are few and plain', () => {
  expect(supervisorArguments({ processes: 3 })).toEqual(['--stdio', '--processes=3']);
  expect(supervisorArguments({ processes: 1, heapMegabytes: 64 })).toEqual(['--stdio', '--processes=1', '--heap=64']);
});
