import type { Command } from 'commander';
import { addClusterJobCommands } from './cluster-jobs.ts';
import { addJobListCommand } from './list-command.ts';
import { addJobShowCommand } from './show-command.ts';

/** `lithops job list|show|cancel|attach|logs`. */
export function addJobCommand(program: Command): void {
  const job = program.command('job').description('jobs of your programs, and of clusters');
  addJobListCommand(job);
  addJobShowCommand(job);
  addClusterJobCommands(job);
}
