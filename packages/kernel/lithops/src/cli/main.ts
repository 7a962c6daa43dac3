import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addAttachCommand } from './commands/attach.ts';
import { addCleanCommand } from './commands/clean.ts';
import { addCompletionCommand, addShellRequests } from './commands/completion.ts';
import { addConfigCommand } from './commands/config/config.ts';
import { addDashboardCommand } from './commands/dashboard.ts';
import { addDoctorCommand } from './commands/doctor/doctor.ts';
import { addEstimateCommand } from './commands/estimate.ts';
import { addHelloCommand } from './commands/hello.ts';
import { addImageCommand } from './commands/image.ts';
import { addJobCommand } from './commands/job/job.ts';
import { addLogsCommand } from './commands/logs/logs.ts';
import { addPluginsCommand } from './commands/plugins.ts';
import { addRuntimeCommand } from './commands/runtime.ts';
import { addStorageCommand } from './commands/storage/storage.ts';
import { addTestCommand } from './commands/test/test.ts';
import { addWorkerCommand } from './commands/worker.ts';

/** Exit codes: 0 ok, 1 failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = createProgram();
  if (argv[2] === 'complete') await addShellRequests(program);
  // A reader that has seen enough, `| head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error, program.opts()['debug'] === true);
  }
}

/** The command with all its subcommands. */
export function createProgram(): Command {
  const program = new Command('lithops')
    .description('Run your own TypeScript and JavaScript functions over a lot of data, anywhere.')
    .version(version, '--version', 'print the version')
    .showHelpAfterError('(lithops --help shows all commands)')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: true })
    .exitOverride();
  addHelloCommand(program);
  addAttachCommand(program);
  addCleanCommand(program);
  addJobCommand(program);
  addWorkerCommand(program);
  addDashboardCommand(program);
  addEstimateCommand(program);
  addConfigCommand(program);
  addPluginsCommand(program);
  addImageCommand(program);
  addRuntimeCommand(program);
  addStorageCommand(program);
  addLogsCommand(program);
  addTestCommand(program);
  addDoctorCommand(program);
  addCompletionCommand(program);
  for (const command of allCommands(program)) command.exitOverride().showSuggestionAfterError();
  return program;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

/** By Ctrl-C; the command has cleaned up and has nothing to tell. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === 'InterruptedError';
}

function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; asking for help or the version is no mistake.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (isInterruption(error)) return 130;
  process.stderr.write(
    `${debug && error instanceof Error ? error.stack : error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`,
  );
  return 1;
}
