import type { Command } from 'commander';
import { type CommonOptions, withCommonOptions } from '../common-options.ts';
import { openConfigured } from '../open-configured.ts';
import { printJson } from '../print-json.ts';
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
  await using workers = await openConfigured(options, 'workers');
  const found = await workers.ability.list();
  if (options.json === true) printJson(found);
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
