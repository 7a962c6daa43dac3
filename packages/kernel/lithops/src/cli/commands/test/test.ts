import { type Command, Option } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';
import { type Painter, painterFor } from '../../text/painter.ts';
import { durationText } from '../../text/time-text.ts';
import { type SelfTest, selfTests } from './self-tests.ts';

interface TestOptions extends CommonOptions {
  readonly only?: readonly string[];
}

interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  /** ms */
  readonly duration: number;
  readonly error?: string;
}

/** `lithops test`. */
export function addTestCommand(program: Command): void {
  withCommonOptions(program.command('test'))
    .description('run small jobs on the configured backend and storage, and look whether their results are right')
    .addOption(new Option('--only <name...>', 'only these').choices(selfTests.map(({ name }) => name)))
    .option('--json', 'print JSON')
    .action(test);
}

async function test(options: TestOptions): Promise<void> {
  const { FunctionExecutor } = await import('../../../index.ts');
  const paint = painterFor();
  const wanted = selfTests.filter(({ name }) => options.only?.includes(name) ?? true);
  const results: TestResult[] = [];
  await using fexec = new FunctionExecutor(toExecutorOptions(options));
  const { backendName, storageName } = fexec.config;
  if (options.json !== true) process.stdout.write(`on ${backendName}, with storage ${storageName}\n`);
  for (const each of wanted) {
    const result = await runOne(each, fexec);
    results.push(result);
    if (options.json !== true) process.stdout.write(lineOf(each, result, paint));
  }
  const failed = results.filter(({ passed }) => !passed).length;
  if (failed > 0) process.exitCode = 1;
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ backend: backendName, storage: storageName, results }, undefined, 2)}\n`);
  else
    process.stdout.write(
      failed === 0
        ? `all ${results.length} passed\n`
        : `${failed} of ${results.length} failed; lithops doctor looks for the cause\n`,
    );
}

async function runOne({ name, run }: SelfTest, fexec: Parameters<SelfTest['run']>[0]): Promise<TestResult> {
  const startedAt = performance.now();
  const duration = () => Math.round(performance.now() - startedAt);
  try {
    await run(fexec);
    return { name, passed: true, duration: duration() };
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { name, passed: false, duration: duration(), error: text };
  }
}

function lineOf({ name, about }: SelfTest, { passed, duration, error }: TestResult, paint: Painter): string {
  const mark = passed ? paint('green', '✔') : paint('red', '✘');
  const line = `${mark} ${paint('bold', name.padEnd(10))} ${about} ${paint('dim', `(${durationText(duration)})`)}\n`;
  return error === undefined ? line : `${line}  ${' '.repeat(10)} ${paint('red', error)}\n`;
}
