import { Argument, type Command } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/** `lithops completion`: what a shell needs to complete our commands and options. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script for your shell that completes commands and options: source <(lithops completion bash)')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(async (shell: string) => {
      const completion = await completionOf(program);
      completion.setup(program.name(), program.name(), shell);
    });
}

/** Answers what that script asks at every press of the key: `lithops complete -- log`. */
export async function addShellRequests(program: Command): Promise<void> {
  await completionOf(program);
}

/** Loaded by those who need it: it looks at every command. */
async function completionOf(program: Command): Promise<{ setup(name: string, command: string, shell: string): void }> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  return tab(program);
}
