import type { Command } from 'commander';
import { type CommonOptions, toExecutorOptions, withCommonOptions } from '../common-options.ts';

/** `lithops attach`: a shell on the machine that leads a cluster. */
export function addAttachCommand(program: Command): void {
  withCommonOptions(program.command('attach')).description("open a shell on a cluster's master").action(attach);
}

async function attach(options: CommonOptions): Promise<void> {
  const { openAbility } = await import('../../index.ts');
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  await using shell = await openAbility(toExecutorOptions(options), 'shell');
  if (isTerminal) stderr.write(`connecting to ${shell.ability.where}\n`);
  // Every key is for the other end, Ctrl-C too.
  if (isTerminal) stdin.setRawMode(true);
  try {
    const terminal = {
      input: stdin,
      output: stdout,
      error: stderr,
      ...(isTerminal && {
        screen: {
          type: process.env['TERM'] ?? 'xterm',
          size: () => ({ rows: stdout.rows, columns: stdout.columns }),
          onResize: (listener: () => void) => {
            stdout.on('resize', listener);
            return () => void stdout.off('resize', listener);
          },
        },
      }),
    };
    process.exitCode = await shell.ability.open(terminal, new AbortController().signal);
  } finally {
    if (isTerminal) stdin.setRawMode(false);
    stdin.destroy();
  }
}
