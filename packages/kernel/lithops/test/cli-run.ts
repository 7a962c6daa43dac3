import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = new URL('../src/cli/main.ts', import.meta.url).href;

/** A home of their own for commands of one test file. */
export class CommandLine {
  readonly home: string = mkdtempSync(join(tmpdir(), 'lithops-home-'));
  readonly journal: string = join(this.home, 'journal');
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: this.home,
    LITHOPS_CONFIG: '',
    LITHOPS_CONFIG_FILE: '',
    LITHOPS_TEMP_DIR: join(this.home, 'lithops'),
    LITHOPS_JOURNAL: this.journal,
    NO_COLOR: '1',
  };
  /** `lithops`, as a command of its own. */
  readonly command: readonly string[] = [
    process.execPath,
    '--input-type=module',
    '-e',
    `const { main } = await import(${JSON.stringify(main)}); await main(process.argv);`,
    'lithops',
  ];

  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const [file = '', ...before] = this.command;
    return spawn(file, [...before, ...args], {
      cwd: this.home,
      env: { ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
