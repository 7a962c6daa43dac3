import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';

/**
 * Asks whether to go on with something that cannot be undone. Where nobody can be asked, `--yes` is needed.
 * @returns false when the answer is no; the command has failed then.
 */
export async function confirmed(
  what: string,
  { yes }: { readonly yes?: boolean },
  command: Command,
  signal: AbortSignal,
): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    command.error(`error: this would ${what}; say --yes where nobody can be asked`, { exitCode: 2 });
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const interruption = new AbortController();
  // With a terminal in raw mode Ctrl-C is a key, not a signal; Ctrl-D is an end without an answer.
  questions.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  questions.once('close', () => interruption.abort());
  try {
    const answer = await questions.question(`${what}? [y/N] `, {
      signal: AbortSignal.any([signal, interruption.signal]),
    });
    if (/^y(es)?$/i.test(answer.trim())) return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!interruption.signal.aborted) throw error;
    process.stderr.write('\n');
  } finally {
    questions.close();
  }
  process.stderr.write('nothing was deleted\n');
  process.exitCode = 1;
  return false;
}
