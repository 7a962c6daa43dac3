import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where scripts under test are; each file has the whole of a user's program. */
export const folder: string = mkdtempSync(join(tmpdir(), 'lithops-scripts-'));

const lithops = new URL('../src/index.ts', import.meta.url).href;

export interface Finished {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes a program that uses `lithops`, from source. @returns its path */
export function writeScript(name: string, program: string): string {
  const file = join(folder, name);
  writeFileSync(file, `import { FunctionExecutor } from ${JSON.stringify(lithops)};\n${program}`);
  return file;
}

/** Starts a program that uses `lithops`. */
export function startScript(name: string, program: string, options: readonly string[] = []): ChildProcess {
  const file = writeScript(name, program);
  return spawn(process.execPath, [...options, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    detached: true,
    env: { ...process.env, HOME: folder },
  });
}

export async function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })));
}

/** Resolves when the program has printed a line that begins so, with the rest of it. */
export function printed(child: ChildProcess, start: string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer | string) => {
      text += String(chunk);
      const line = text.split('\n').find((candidate) => candidate.startsWith(start));
      if (line !== undefined && text.includes(`${line}\n`)) resolve(line.slice(start.length).trim());
    });
    child.on('exit', () => reject(new Error(`the program ended before it printed ${start}`)));
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
