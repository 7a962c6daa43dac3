import type { Command } from 'commander';
import { amountText } from '../amount-text.ts';
import { type CommonOptions, parseCount, toExecutorOptions, withCommonOptions } from '../common-options.ts';

interface HelloOptions extends CommonOptions {
  readonly map: number;
}

/** `lithops hello`: one round trip through the configured backend. */
export function addHelloCommand(program: Command): void {
  withCommonOptions(program.command('hello'))
    .description('run a small job where the configuration says, to see that it works')
    .option('-m, --map <count>', 'number of tasks', parseCount, 1)
    .option('--json', 'print the results as JSON')
    .action(hello);
}

async function hello(options: HelloOptions): Promise<void> {
  const { FunctionExecutor } = await import('../../index.ts');
  const startedAt = performance.now();
  await using fexec = new FunctionExecutor(toExecutorOptions(options));
  const greetings = await fexec
    .map(
      (task: number) => `Hello from task ${task}, in process ${process.pid}`,
      Array.from({ length: options.map }, (_, i) => i),
    )
    .result();
  const seconds = (performance.now() - startedAt) / 1000;
  const cost = fexec.jobSummary()[0]?.cost;
  const backend = fexec.config.backendName;
  if (options.json) {
    const told = { backend, results: greetings, seconds, ...(cost !== undefined && { cost }) };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return;
  }
  for (const greeting of greetings) process.stdout.write(`${greeting}\n`);
  process.stdout.write(
    `Lithops works: ${greetings.length} ${greetings.length === 1 ? 'task' : 'tasks'} on ${backend} in ${seconds.toFixed(2)} s${cost === undefined ? '' : `, for ${amountText(cost)}`}\n`,
  );
}
