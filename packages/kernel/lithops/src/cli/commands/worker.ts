import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../common-options.ts';
import { printTable } from '../print-table.ts';

/** `lithops worker list`. */
export function addWorkerCommand(program: Command): void {
  const worker = program.command('worker').description('the machines that tasks run on');
  withCommonOptions(worker.command('list'))
    .description("list a cluster's machines, as its master sees them")
    .option('--json', 'print JSON')
    .action(list);
}

async function list(options: CommonOptions): Promise<void> {
  const { openAbility } = await import('../../index.ts');
  await using workers = await openAbility(toExecutorOptions(options), 'workers');
  const found = await workers.ability.list();
  if (options.json === true) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else
    printTable([
      ['NAME', 'STATE', 'PROCESSES', 'RUNNING', 'PROBLEM'],
      ...found.map(({ name, state, processes, running, problem = '' }) => [
        name,
        state,
        String(processes),
        String(running),
        problem,
      ]),
    ]);
}
