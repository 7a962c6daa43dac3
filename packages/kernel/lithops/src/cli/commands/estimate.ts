import { type Command, InvalidArgumentError } from 'commander';
import { amountText } from '../amount-text.ts';
import { type CommonOptions, parseCount, toExecutorOptions, withCommonOptions } from '../common-options.ts';

interface EstimateOptions extends CommonOptions {
  readonly calls: number;
  readonly seconds: number;
  readonly chunksize?: number;
  readonly runtimeMemory?: number;
}

/** `lithops estimate`: what a job would cost; nothing is run. */
export function addEstimateCommand(program: Command): void {
  withCommonOptions(program.command('estimate'))
    .description('tell what a job would cost on the configured backend, without running it')
    .requiredOption('--calls <count>', 'number of calls', parseCount)
    .requiredOption('--seconds <seconds>', 'how long each takes', parseSeconds)
    .option('--chunksize <count>', 'calls that go to a worker together', parseCount)
    .option('--runtime-memory <mb>', 'MB of the workers', parseCount)
    .option('--json', 'print the estimate as JSON')
    .action(estimate);
}

async function estimate(options: EstimateOptions): Promise<void> {
  const { FunctionExecutor } = await import('../../index.ts');
  const { calls, seconds, chunksize, runtimeMemory } = options;
  await using fexec = new FunctionExecutor(toExecutorOptions(options));
  const cost = await fexec.estimate({
    calls,
    seconds,
    ...(chunksize !== undefined && { chunksize }),
    ...(runtimeMemory !== undefined && { runtimeMemory }),
  });
  process.stdout.write(
    options.json
      ? `${JSON.stringify(cost)}\n`
      : `${calls} ${calls === 1 ? 'call' : 'calls'} of ${seconds} s: about ${amountText(cost)}, by prices of ${cost.asOf} (${cost.source})\n`,
  );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new InvalidArgumentError('a number of seconds is expected.');
}
