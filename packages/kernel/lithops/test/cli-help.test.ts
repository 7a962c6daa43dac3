import { type Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/cli/main.ts';

/** Whose help is kept, to see what changes of it. */
const KEPT = [
  'hello',
  'test',
  'doctor',
  'clean',
  'estimate',
  'config show',
  'config schema',
  'config path',
  'logs get',
  'logs poll',
  'job list',
  'job show',
  'plugins list',
  'completion',
];

function allCommands(command: Command, path: readonly string[] = []): [string, Command][] {
  return command.commands.flatMap((child) => {
    const own = [...path, child.name()];
    return [[own.join(' '), child], ...allCommands(child, own)] as [string, Command][]; // a pair, and more of them
  });
}

/** What is said to a wrong command line. */
async function saidTo(...args: string[]): Promise<string> {
  const program = createProgram();
  let said = '';
  for (const command of [program, ...allCommands(program).map(([, each]) => each)])
    command.configureOutput({
      writeErr: (text) => {
        said += text;
      },
    });
  await expect(program.parseAsync(['node', 'lithops', ...args])).rejects.toBeInstanceOf(CommanderError);
  return said;
}

describe('the help of lithops', () => {
  const commands = new Map(allCommands(createProgram()));

  it.each(KEPT)('%s', (name) => {
    const command = commands.get(name);
    expect(command?.configureHelp({ helpWidth: 100 }).helpInformation()).toMatchSnapshot();
  });

  it('describes every command and option', () => {
    for (const [name, command] of commands) {
      expect(command.description(), name).not.toBe('');
      for (const option of command.options) expect(option.description, `${name} ${option.flags}`).not.toBe('');
    }
  });
});

describe('what lithops says to a wrong command line', () => {
  it.each([
    ['an unknown command', ['lgos']],
    ['an unknown command of a group', ['logs', 'gett']],
    ['an unknown option', ['job', 'list', '--limt', '3']],
    ['a missing argument', ['job', 'show']],
    ['a count that is none', ['job', 'list', '-n', 'many']],
    ['calls that are none', ['logs', 'get', '--call', 'first']],
    ['a time that is none', ['logs', 'poll', '--since', 'soon']],
    ['a shell that is not known', ['completion', 'tcsh']],
    ['a test that there is not', ['test', '--only', 'everything']],
  ])('%s', async (_, args) => {
    expect(await saidTo(...args)).toMatchSnapshot();
  });
});
