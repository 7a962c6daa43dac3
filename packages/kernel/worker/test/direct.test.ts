import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import type { CallEvent, Invocation, ShippedModule } from '../src/index.ts';
import { ProcessPool, WorkerDied } from '../src/pool/index.ts';
import { DirectProcesses, supervisorArguments, WorkerConnection } from '../src/remote/index.ts';
import { EncodedValues, ValueBatch } from '../src/values/index.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Setup {
  readonly supervisor: ChildProcessWithoutNullStreams;
  readonly connection: WorkerConnection;
  readonly processes: DirectProcesses;
  readonly pool: ProcessPool;
  readonly socket: string;
}

/** A supervisor as in a container, though with the same folders as we have. */
async function start(options: { readonly socketThere?: string } = {}): Promise<Setup> {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-direct-'));
  const supervisor = spawn(process.execPath, [main, ...supervisorArguments({ processes: 1, direct: true })]);
  cleanups.push(() => {
    supervisor.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const connection = new WorkerConnection({
    input: supervisor.stdin,
    output: supervisor.stdout,
    explainEnd: () => new Error('the transport says why'),
  });
  const [socket, file] = [join(folder, 'socket'), join(folder, 'file')];
  writeFileSync(file, '');
  const processes = await DirectProcesses.listen({
    socket: { here: socket, there: options.socketThere ?? socket },
    files: [{ here: file, there: file }],
  });
  cleanups.push(() => processes.close());
  const pool = new ProcessPool({ size: 1, command: processes.startedBy(connection) });
  return { supervisor, connection, processes, pool, socket };
}

type Runner = Pick<ProcessPool, 'run'> | Pick<WorkerConnection, 'run'>;

function run(
  runner: Runner,
  fn: (...args: never[]) => unknown,
  items: readonly unknown[],
  signal: AbortSignal = new AbortController().signal,
): AsyncIterable<CallEvent> {
  const code = `export default () => { const fn = (0, ${fn.toString()}); return { fn, table: [fn] }; };`;
  const module: ShippedModule = { hash: fn.toString(), code, assets: [] };
  const batch = new ValueBatch();
  for (const item of items) batch.add(item);
  const invocation: Invocation = {
    id: 'e-M000/1',
    executorId: 'e',
    jobId: 'M000',
    attempt: 1,
    module: module.hash,
    calls: items.map((_, index) => index),
    items: batch.finish(),
    passContext: false,
  };
  return runner.run(invocation, module, signal);
}

async function outcomeOf(events: AsyncIterable<CallEvent>): Promise<{ values: unknown[]; printed: string }> {
  const values: unknown[] = [];
  let printed = '';
  for await (const event of events) {
    if (event.type === 'log') printed += event.text;
    if (event.type !== 'result') continue;
    const encoded = new EncodedValues(event.values);
    for (const [position, call] of event.calls.entries()) values[call] = encoded.get(position);
  }
  return { values, printed };
}

it('processes talk to the client past their supervisor: results large and small, and what is printed in every way', async () => {
  const { pool, processes, connection } = await start();
  const bytes = new Uint8Array(5_000_000).fill(9);
  const large = await outcomeOf(run(pool, (item: Uint8Array) => item, [bytes]));
  expect(Buffer.compare(large.values[0] as Uint8Array, bytes)).toBe(0);
  expect(await processes.refusal).toBeUndefined();
  const print = (n: number) => {
    console.log('to stdout');
    process.getBuiltinModule('node:fs').writeSync(2, 'past process.stderr');
    return new Promise((resolve) => setTimeout(resolve, 50, n));
  };
  const { values, printed } = await outcomeOf(run(pool, print, [1, 2]));
  expect(values).toEqual([1, 2]);
  expect(printed).toContain('to stdout');
  expect(printed).toContain('past process.stderr');
  expect(connection.size).toBe(0);
  await pool.close();
  connection.close();
});

it('the supervisor tells how they end, and the next one takes their place', async () => {
  const { pool, supervisor } = await start();
  const died = (fn: (n: number) => unknown) => outcomeOf(run(pool, fn, [0])).catch((error: unknown) => error);
  const exited = await died(() => {
    process.getBuiltinModule('node:fs').writeSync(2, 'my last words');
    process.exit(7);
  });
  expect(exited).toBeInstanceOf(WorkerDied);
  expect(exited).toMatchObject({ death: { exitCode: 7, oom: false, call: 0, stderr: 'my last words' } });
  expect(await died(() => process.kill(process.pid, 'SIGKILL'))).toMatchObject({
    death: { signal: 'SIGKILL', oom: false },
  });
  const abort = new AbortController();
  const endless = outcomeOf(
    run(
      pool,
      () => {
        for (;;);
      },
      [0],
      abort.signal,
    ),
  );
  const next = outcomeOf(run(pool, (n: number) => n, [5]));
  abort.abort();
  expect((await endless).values).toEqual([]);
  expect((await next).values).toEqual([5]);
  const lost = died(() => new Promise(() => {}));
  expect(pool.busy).toBe(1);
  supervisor.kill('SIGKILL');
  expect(await lost).toMatchObject({ cause: { message: 'the transport says why' } });
});

it('nobody else gets in: connections without the token of a process that is awaited are closed', async () => {
  const { pool, socket } = await start();
  expect((await outcomeOf(run(pool, (n: number) => n, [1]))).values).toEqual([1]);
  for (const greeting of ['x'.repeat(44), `${'A'.repeat(43)}0`, `${'A'.repeat(43)}9`, '\0'.repeat(1000)]) {
    const stranger = connect(socket).on('error', () => {});
    stranger.write(greeting);
    await once(stranger.resume(), 'close');
    expect(stranger.bytesRead).toBe(0);
  }
  const silent = Array.from({ length: 70 }, () => connect(socket).on('error', () => {}));
  await Promise.race(silent.map((stranger) => once(stranger.resume(), 'close')));
  for (const stranger of silent) stranger.destroy();
  expect((await outcomeOf(run(pool, (n: number) => n, [2]))).values).toEqual([2]);
  await pool.close();
});

it('where the socket cannot be reached that is told, and the supervisor runs all itself', async () => {
  const { pool, processes, connection } = await start({ socketThere: '/nowhere/socket' });
  pool.prewarm(1);
  expect(await processes.refusal).toMatch(/ENOENT/);
  await pool.close();
  expect((await outcomeOf(run(connection, (n: number) => n + 1, [1, 2, 3]))).values).toEqual([2, 3, 4]);
  connection.close();
});
