import type { OpenAbility } from '@lithops/core';
import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';
import { interruption } from '../../interruption.ts';
import { openConfigured } from '../../open-configured.ts';
import { printJson } from '../../print-json.ts';
import { printTable } from '../../print-table.ts';

interface LogsOptions extends CommonOptions {
  readonly follow?: boolean;
}

/** Whether the master of a cluster is asked for jobs, whoever has started them, and not the journals of this user's programs. */
export async function asksCluster(options: CommonOptions & { readonly local?: boolean }): Promise<boolean> {
  if (options.local === true) return false;
  const { loadConfig } = await import('@lithops/core');
  return loadConfig(toExecutorOptions(options)).mode === 'standalone';
}

/** `lithops job cancel|attach|logs`. */
export function addClusterJobCommands(job: Command): void {
  withCommonOptions(job.command('cancel <key>'))
    .description('end a job; its program is told')
    .option('--json', 'print the result as JSON')
    .action(cancel);
  withCommonOptions(job.command('attach <key>'))
    .description('go on with a durable job, or all of an executor, on any backend, and print its results')
    .option('--json', 'print the results as JSON')
    .action(attach);
  withCommonOptions(job.command('logs <key>'))
    .description('print what the calls of a job wrote, as the master has kept it')
    .option('-f, --follow', 'go on with what they write until the job has ended')
    .option('--json', 'print a line of JSON for each piece')
    .action(logs);
}

type Job = Awaited<ReturnType<OpenAbility<'jobs'>['ability']['list']>>[number];

export async function listOfCluster(options: CommonOptions): Promise<void> {
  await using jobs = await openConfigured(options, 'jobs');
  const found = await jobs.ability.list();
  const isReasoned = found.some(({ reason }) => reason !== undefined);
  if (options.json === true) printJson(found);
  else
    printTable([
      ['JOB', 'STATE', 'CALLS', 'DONE', 'FAILED', 'SUBMITTED', 'PROGRAM', ...(isReasoned ? ['ENDED BECAUSE'] : [])],
      ...found.map((job) => [
        job.key,
        job.state,
        String(job.calls.given),
        String(job.calls.succeeded),
        String(job.calls.failed),
        new Date(job.submittedAt).toISOString(),
        programOf(job),
        ...(isReasoned ? [job.reason ?? ''] : []),
      ]),
    ]);
}

export async function showOfCluster(key: string, options: CommonOptions): Promise<void> {
  await using jobs = await openConfigured(options, 'jobs');
  const job = (await jobs.ability.list()).find((each) => each.key === key);
  if (job === undefined) throw await unknown(key, jobs.backend);
  if (options.json === true) return printJson(job);
  const { calls, state, submittedAt, endedAt, durable, reason } = job;
  const lines = [
    `${job.key}: ${state}`,
    `  calls      ${calls.given} given, ${calls.succeeded} done, ${calls.failed} failed`,
    `  submitted  ${new Date(submittedAt).toISOString()}`,
    ...(endedAt === undefined ? [] : [`  ended      ${new Date(endedAt).toISOString()}`]),
    ...(reason === undefined ? [] : [`  because    ${reason}`]),
    `  program    ${programOf(job)}`,
    `  results    ${durable ? `in storage: lithops job attach ${key}` : 'go to its program only'}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function cancel(key: string, options: CommonOptions): Promise<void> {
  await using jobs = await openConfigured(options, 'jobs');
  if (!(await jobs.ability.cancel(key))) throw await unknown(key, jobs.backend);
  if (options.json === true) printJson({ key, cancelled: true });
  else process.stdout.write(`cancelled ${key}\n`);
}

async function attach(key: string, options: CommonOptions): Promise<void> {
  const { FunctionExecutor } = await import('../../../index.ts');
  await using fexec = await FunctionExecutor.attach(key, toExecutorOptions(options));
  const futures = fexec.futures;
  await fexec.wait(futures, { throwExcept: false });
  const outcomes = await Promise.all(Array.from(futures, outcomeOf));
  if (options.json === true) printJson(outcomes);
  else
    for (const { call, result, error } of outcomes)
      process.stdout.write(`${call}  ${error ?? JSON.stringify(result)}\n`);
  if (outcomes.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

async function outcomeOf(future: {
  readonly jobId: string;
  readonly callId: string;
  result(): Promise<unknown>;
}): Promise<{ readonly call: string; readonly result?: unknown; readonly error?: string }> {
  const call = `${future.jobId}/${future.callId}`;
  try {
    return { call, result: await future.result() };
  } catch (error) {
    return { call, error: String(error) };
  }
}

async function logs(key: string, options: LogsOptions): Promise<void> {
  using stop = interruption();
  await using source = await openConfigured(options, 'logs');
  const query = { jobKey: key, follow: options.follow === true, signal: stop.signal };
  for await (const record of source.ability.read(query))
    if (options.json === true) process.stdout.write(`${JSON.stringify(record)}\n`);
    else process[record.stream].write(record.text);
}

function programOf({ attended, endedAt }: Job): string {
  if (endedAt !== undefined) return 'gone';
  return attended ? 'connected' : 'away';
}

async function unknown(key: string, backend: string): Promise<Error> {
  const { InvocationError } = await import('../../../index.ts');
  return new InvocationError(`${backend} knows no job ${key} that is there to be asked for`, {
    hint: 'see lithops job list; durable jobs are in storage: lithops job attach',
  });
}
