import { spawn } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Check, commandCheck, repository, type Stage } from '../check.ts';
import { fromSource } from '../compile-cache.ts';
import { checkCommands, checkConfigurations } from '../document-blocks.ts';

/** Programs that run at once: each starts workers, and waits for them. */
const AT_ONCE = 2;
const TIMEOUT_MS = 60_000;

/** Every program in a README or a guide runs, and prints what its comments say; the site is built of them, without a dead link. */
export const documents: Stage = {
  name: 'documents',
  run: async () => {
    const pages = globSync('docs/{*,*/*}.md', {
      cwd: repository,
      exclude: ['docs/api', 'docs/node_modules', 'docs/decisions'],
    });
    const readmes = globSync('packages/*/*/README.md', { cwd: repository });
    const programs = [
      ...['README.md', ...pages.sort()].flatMap((page) => programsOf(page, join(repository, 'examples'))),
      ...readmes.sort().flatMap((readme) => programsOf(readme, dirname(join(repository, readme)))),
    ];
    return [
      ...(await checkAll(programs)),
      ...['README.md', ...pages].flatMap((page) => [...checkCommands(page), ...checkConfigurations(page)]),
      commandCheck('the site of the documents is built', 'pnpm', ['--filter', '@lithops-tools/docs', 'site']),
    ];
  },
};

interface Program {
  readonly name: string;
  readonly text: string;
  /** Where it is to be written: in a folder whose packages it imports. */
  readonly folder: string;
  readonly number: number;
}

function programsOf(page: string, importingFolder: string): Program[] {
  const text = readFileSync(join(repository, page), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, program = ''], i) => ({
    name: `${page} block ${i + 1}`,
    text: program,
    folder: join(importingFolder, '.documents'),
    number: i + 1,
  }));
}

async function checkAll(programs: readonly Program[]): Promise<Check[]> {
  const folders = new Set(programs.map(({ folder }) => folder));
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  try {
    const checks: Check[] = [];
    const left = programs.entries();
    const checkNext = async () => {
      for (const [at, program] of left) checks[at] = await check(program, at);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, checkNext));
    return checks;
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

async function check({ name, text, folder, number }: Program, at: number): Promise<Check> {
  const file = join(folder, `program-${at}-block-${number}.ts`);
  writeFileSync(file, text);
  const { ok, output } = await run(file);
  const promised = [...text.matchAll(/console\.log\([^;]*\); \/\/ (.+)$/gm)].map(([, result = '']) => result.trim());
  const printed = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (ok && printed.join(' ') === promised.join(' ')) return { name, outcome: 'passed' };
  return { name, outcome: 'failed', detail: `promised: ${promised.join(' ')}\nprinted: ${output}` };
}

function run(file: string): Promise<{ readonly ok: boolean; readonly output: string }> {
  const child = spawn('node', [file], {
    cwd: repository,
    env: fromSource,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
