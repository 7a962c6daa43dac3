import type { Command } from 'commander';
import { addDeleteCommands } from './delete-commands.ts';
import { addListCommand } from './list-command.ts';
import { addTransferCommands } from './transfer-commands.ts';

/** `lithops storage put|get|list|delete|empty`. */
export function addStorageCommand(program: Command): void {
  const storage = program.command('storage').description('objects in the configured storage');
  addTransferCommands(storage);
  addListCommand(storage);
  addDeleteCommands(storage);
}
