import { spawnSync } from 'node:child_process';

/** One thing that was looked at, and whether it holds. */
export interface Check {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly detail?: string;
}

/** A stage of CI: looks at things and tells of each. No check at all is a failure, seen by the caller. */
export interface Stage {
  readonly name: string;
  run(): Promise<readonly Check[]> | readonly Check[];
}

export const repository: string = new URL('../../../', import.meta.url).pathname;

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a command of the repository. */
export function command(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Outcome {
  const { cwd = repository, env = process.env, timeoutMs = 1_200_000 } = options;
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { ok: status === 0, output: `${stdout}${stderr}${error === undefined ? '' : String(error)}` };
}

/** One check of one command's exit code. */
export function commandCheck(
  name: string,
  file: string,
  args: readonly string[],
  options?: Parameters<typeof command>[2],
): Check {
  const { ok, output } = command(file, args, options);
  return ok ? { name, outcome: 'passed' } : { name, outcome: 'failed', detail: output.slice(-6000) };
}
