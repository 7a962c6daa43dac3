import { type ChildProcess, spawn } from 'node:child_process';
import xterm, { type Terminal } from '@xterm/headless';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program on a terminal. */
export interface TerminalSession {
  /** What has come out of it, with its escape sequences. */
  readonly output: string;
  /** The lines on the screen and above it now, the empty ones at the end left out. */
  lines(): Promise<string[]>;
  /** Resolves once the lines are such, looked at whenever the screen changes. Rejects when the program ends before. */
  until(such: (lines: readonly string[], terminal: Terminal) => boolean): Promise<string[]>;
  /** The emulated terminal, with all that was written by now. */
  terminal(): Promise<Terminal>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  /** As if somebody typed it. */
  type(text: string): void;
  kill(): void;
}

/** Starts a program on a pseudo terminal, made by `script` of util-linux, whose screen is kept by an emulator. */
export function startOnTerminal(command: readonly string[], options: TerminalOptions): TerminalSession {
  const { columns, rows, cwd, env = process.env } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
  const child: ChildProcess = spawn(
    'script',
    ['-qefc', `stty cols ${columns} rows ${rows}; exec ${quoted}`, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...env, TERM: 'xterm-256color', SHELL: '/bin/sh' },
      ...(cwd !== undefined && { cwd }),
    },
  );
  let output = '';
  const looking = new Set<() => void>();
  child.stdout?.on('data', (bytes: Buffer) => {
    output += bytes.toString('utf8');
    terminal.write(bytes, () => {
      for (const look of looking) look();
    });
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const written = () => new Promise<void>((resolve) => terminal.write('', resolve));
  const session: TerminalSession = {
    get output() {
      return output;
    },
    ended,
    async terminal() {
      await written();
      return terminal;
    },
    async lines() {
      await written();
      return linesOf(terminal);
    },
    async until(such) {
      await written();
      const { promise, resolve, reject } = Promise.withResolvers<string[]>();
      const look = () => {
        const lines = linesOf(terminal);
        if (such(lines, terminal)) resolve(lines);
      };
      looking.add(look);
      look();
      void ended.then(async () => {
        await written();
        look();
        reject(new Error(`the program has ended, and its screen shows\n${linesOf(terminal).join('\n')}`));
      }, reject);
      return promise.finally(() => looking.delete(look));
    },
    type: (text) => void child.stdin?.write(text),
    kill: () => void child.kill('SIGKILL'),
  };
  return session;
}

function linesOf({ buffer }: Terminal): string[] {
  const { active } = buffer;
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '');
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
