import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** One thing that was looked at, and whether it holds. */
export interface Check {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly detail?: string;
}

/** A stage of CI: looks at things and tells of each. No check at all is a failure, seen by the caller. */
export interface Stage {
  readonly name: string;
  /** What is waited for rather than computed, begun while the stages before it run. */
  prepare?(): Promise<void>;
  run(): Promise<readonly Check[]> | readonly Check[];
}

export const repository: string = new URL('../../../', import.meta.url).pathname;

/** A program that only CI has. */
export function toolOfCi(name: string): string {
  return join(repository, 'tools', 'ci', 'node_modules', '.bin', name);
}

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs a command of the repository. */
export function command(file: string, args: readonly string[], options: CommandOptions = {}): Outcome {
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

/** The same beside others. */
export function startCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const { cwd = repository, env = process.env, timeoutMs = 1_200_000 } = options;
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28, timeout: timeoutMs },
      (error, stdout, stderr) =>
        resolve({ ok: error === null, output: `${stdout}${stderr}${error === null ? '' : String(error)}` }),
    );
    child.stdin?.end();
  });
}

/** Runs so many at once, and gives what they give in order. */
export async function atOnce<Result>(count: number, tasks: readonly (() => Promise<Result>)[]): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < tasks.length; i = next++) {
      const result = await tasks[i]?.();
      if (result !== undefined) results[i] = result;
    }
  };
  await Promise.all(Array.from({ length: count }, lane));
  return results;
}

/** One check of one command's exit code. */
export function commandCheck(name: string, file: string, args: readonly string[], options?: CommandOptions): Check {
  return checkOf(name, command(file, args, options));
}

/** The same beside others. */
export async function startCheck(
  name: string,
  file: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<Check> {
  return checkOf(name, await startCommand(file, args, options));
}

function checkOf(name: string, { ok, output }: Outcome): Check {
  return ok ? { name, outcome: 'passed' } : { name, outcome: 'failed', detail: output.slice(-6000) };
}
