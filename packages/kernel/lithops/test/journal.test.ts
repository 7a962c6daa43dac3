import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followJournal, JournalHistory, type JournalJob, listJournals } from '@lithops/core/journal';
import { afterAll, describe, expect, it } from 'vitest';
import { FunctionExecutor, type JobObserver } from '../src/index.ts';
import { printed, folder as scripts, startScript } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'lithops-journal-'));
afterAll(() => {
  for (const made of [folder, scripts]) rmSync(made, { recursive: true, force: true });
});

function executor(journal: string | boolean = folder): FunctionExecutor {
  return new FunctionExecutor({ workerProcesses: 1, retries: 1, config: { lithops: { journal } } });
}

async function historyOf(executorId: string): Promise<JournalHistory> {
  const history = new JournalHistory();
  const file = listJournals(folder).find((journal) => journal.executorId === executorId);
  if (file === undefined) throw new Error(`no journal of ${executorId}`);
  for await (const entries of followJournal(file.path)) for (const entry of entries) history.apply(entry);
  return history;
}

function jobOf(history: JournalHistory, jobId: string): JournalJob {
  const job = history.jobs.get(jobId);
  if (job === undefined) throw new Error(`no job ${jobId}`);
  return job;
}

describe('the journal of an executor', () => {
  it('tells of jobs, calls, errors and logs, and holds no values', async () => {
    const fexec = executor();
    const numbers = fexec.map(
      function double(n: number) {
        console.log('working on', n);
        if (n === 2) throw new RangeError('two is too much');
        return `secret-result-${n * 2}`;
      },
      [1, 2, 3],
    );
    await Promise.allSettled(Array.from(numbers, (future) => future.result()));
    await fexec.map((n: number) => n, []).result();
    await fexec.close();

    const history = await historyOf(fexec.executorId);
    expect(history.status).toBe('closed');
    expect(history.executor).toMatchObject({ backend: 'localhost', storage: 'localhost', mode: 'localhost' });
    const job = jobOf(history, 'M000');
    expect(job).toMatchObject({ functionName: 'double', total: 3, ended: 3, failed: 1, over: true });
    expect(jobOf(history, 'M001')).toMatchObject({ total: 0, over: true });
    const states = [0, 1, 2].map((call) => job.calls.get(call)?.state);
    expect(states).toEqual(['success', 'error', 'success']);
    const failed = job.calls.get(1);
    expect(failed?.error).toMatchObject({ name: 'RangeError', message: 'two is too much' });
    expect(failed?.error?.stack).toContain('journal.test.ts');
    const { stats } = numbers[0] ?? {};
    expect(job.calls.get(0)?.stats?.worker).toBe(stats?.worker);
    expect(job.calls.get(0)?.stats?.workerStartedAt).toBeCloseTo(stats?.workerStartedAt ?? 0, 1);
    expect(job.logs.map(({ call, text }) => `${call} ${text}`).join('')).toContain('1 working on 2');
    const [file] = listJournals(folder);
    expect(statSync(file?.path ?? '').mode & 0o777).toBe(0o600);
    expect(JSON.stringify([...job.calls.values()])).not.toContain('secret-result');
  });

  it('goes on when a task throws what has no text', async () => {
    const fexec = executor();
    const thrown = fexec.map(
      (n: number) => {
        if (n === 0) throw Object.assign(Object.create(null), { n });
        throw Object.assign(new Error('gone'), { message: 5 });
      },
      [0, 1],
    );
    await Promise.allSettled(Array.from(thrown, (future) => future.result()));
    await fexec.callAsync((n: number) => n, 1).result();
    await fexec.close();

    const history = await historyOf(fexec.executorId);
    expect(history.status).toBe('closed');
    expect(jobOf(history, 'M000').calls.get(0)?.error).toEqual({ name: 'object', message: '[object Object]' });
    expect(jobOf(history, 'M000').calls.get(1)?.error).toMatchObject({ name: 'Error', message: '5' });
    expect(jobOf(history, 'A000')).toMatchObject({ ended: 1, over: true });
  });

  it('tells of retries and of workers that died', async () => {
    const fexec = executor();
    const future = fexec.callAsync(function dying(_: number) {
      process.exit(7);
    }, 1);
    await expect(future.result()).rejects.toThrow(/7/);
    await fexec.close();
    const job = jobOf(await historyOf(fexec.executorId), 'A000');
    expect(job.calls.get(0)?.retried).toMatchObject([{ attempt: 1, error: { name: 'WorkerLostError' } }]);
    expect(job.calls.get(0)).toMatchObject({ state: 'error', error: { name: 'WorkerLostError' } });
  });

  it('is followed while the job runs, and read after the death of its process', async () => {
    const script = startScript(
      'journaled.mjs',
      `
      const fexec = new FunctionExecutor({ workerProcesses: 2, config: { lithops: { journal: ${JSON.stringify(folder)} } } });
      const list = fexec.map(async function slow(n) {
        console.log('begun', n);
        if (n > 0) await new Promise((resolve) => setTimeout(resolve, 600_000));
      }, [0, 1]);
      console.log('id ' + fexec.executorId);
      await list.result();
    `,
    );
    const executorId = await printed(script, 'id ');
    const history = new JournalHistory();
    await expect.poll(() => listJournals(folder).some((file) => file.executorId === executorId)).toBe(true);
    const path = listJournals(folder).find((file) => file.executorId === executorId)?.path ?? '';
    const enough = new AbortController();
    for await (const entries of followJournal(path, { follow: true, signal: enough.signal })) {
      for (const entry of entries) history.apply(entry);
      const calls = [...(history.jobs.get('M000')?.calls.values() ?? [])];
      if (calls.some(({ state }) => state === 'success') && calls.some(({ state }) => state === 'running'))
        enough.abort();
    }
    expect(history.status).toBe('running');
    const closed = once(script, 'close');
    script.kill('SIGKILL');
    await closed;
    expect(history.status).toBe('ended');
    expect(jobOf(await historyOf(executorId), 'M000')).toMatchObject({ ended: 1, over: false });
  });

  it('is kept of no executor that wants none, and harms no work when it cannot be written', async () => {
    const before = listJournals(folder).length;
    await using silent = executor(false);
    expect(await silent.callAsync((n: number) => n + 1, 1).result()).toBe(2);
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    const fexec = new FunctionExecutor({
      workerProcesses: 1,
      logLevel: 'silent',
      config: { lithops: { journal: file } },
    });
    expect(await fexec.callAsync((n: number) => n + 1, 1).result()).toBe(2);
    await fexec.close();
    expect(listJournals(folder)).toHaveLength(before);
  });
});

describe('observers of an executor', () => {
  it('are told in order, and one that throws is told nothing more', async () => {
    const told: string[] = [];
    const observer: JobObserver = {
      jobStarted: ({ jobId }) => told.push(`${jobId} started`),
      callEnded: ({ jobId }, { callId, state }) => told.push(`${jobId} ${callId} ${state}`),
      jobEnded: ({ jobId, ended }) => told.push(`${jobId} ended with ${ended}`),
      closed: async () => void told.push('closed'),
    };
    let broken = 0;
    const throwing: JobObserver = {
      callEnded() {
        broken++;
        throw new Error('not now');
      },
    };
    const fexec = new FunctionExecutor({ workerProcesses: 1, logLevel: 'silent', observers: [throwing, observer] });
    await fexec.map((n: number) => n, [1, 2]).result();
    const streamed: number[] = [];
    for await (const n of fexec.mapStream((value: number) => value, [5, 6, 7])) streamed.push(n);
    await fexec.close();
    expect(broken).toBe(1);
    expect(told).toEqual([
      'M000 started',
      'M000 00000 success',
      'M000 00001 success',
      'M000 ended with 2',
      'M001 started',
      'M001 00000 success',
      'M001 00001 success',
      'M001 00002 success',
      'M001 ended with 3',
      'closed',
    ]);
  });
});
