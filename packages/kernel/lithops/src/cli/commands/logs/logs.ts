import type { Command } from 'commander';
import { addLogsGetCommand } from './get-command.ts';
import { addLogsPollCommand } from './poll-command.ts';

/** `lithops logs get|poll`. */
export function addLogsCommand(program: Command): void {
  const logs = program.command('logs').description('what tasks print');
  addLogsGetCommand(logs);
  addLogsPollCommand(logs);
}
