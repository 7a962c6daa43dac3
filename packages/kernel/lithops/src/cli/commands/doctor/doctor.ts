import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../../common-options.ts';
import { painterFor } from '../../text/painter.ts';
import { type CheckResult, runChecks } from './check.ts';
import { doctorChecks } from './doctor-checks.ts';

interface DoctorOptions extends CommonOptions {
  readonly run?: boolean;
}

/** `lithops doctor`. */
export function addDoctorCommand(program: Command): void {
  withCommonOptions(program.command('doctor'))
    .description('look whether all is right for jobs to run, and tell what to do about what is not')
    .option('--run', 'run a task too where that may deploy workers; on localhost one is run anyway')
    .option('--json', 'print JSON')
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const results: CheckResult[] = [];
  for await (const result of runChecks(doctorChecks(toExecutorOptions(options), options.run === true))) {
    results.push(result);
    if (options.json !== true) tell(result);
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  if (results.some(({ state }) => state === 'failed')) process.exitCode = 1;
}

function tell({ name, state, detail, remedy }: CheckResult): void {
  const paint = painterFor();
  const mark = { ok: paint('green', '✔'), failed: paint('red', '✘'), skipped: paint('dim', '-') }[state];
  process.stdout.write(
    `${mark} ${paint('bold', name.padEnd(8))} ${state === 'skipped' ? paint('dim', detail) : detail}\n`,
  );
  if (remedy === undefined) return;
  for (const line of remedy.split('\n'))
    process.stdout.write(`  ${' '.repeat(8)} ${paint('yellow', `→ ${line.trim()}`)}\n`);
}
