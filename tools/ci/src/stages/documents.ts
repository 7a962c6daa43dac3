import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Check, command, commandCheck, repository, type Stage } from '../check.ts';

/** Every program in a README or a guide runs, and prints what its comments say; the site is built of them, without a dead link. */
export const documents: Stage = {
  name: 'documents',
  run: () => [
    ...programsOf('README.md', join(repository, 'examples')),
    ...globSync('docs/{*,*/*}.md', { cwd: repository, exclude: ['docs/api', 'docs/node_modules', 'docs/decisions'] })
      .sort()
      .flatMap((guide) => programsOf(guide, join(repository, 'examples'))),
    ...globSync('packages/*/*/README.md', { cwd: repository })
      .sort()
      .flatMap((readme) => programsOf(readme, dirname(join(repository, readme)))),
    commandCheck('the site of the documents is built', 'pnpm', ['--filter', '@lithops-tools/docs', 'build']),
  ],
};

/** The programs run in a folder whose packages they import. */
function programsOf(readme: string, importingFolder: string): Check[] {
  const folder = join(importingFolder, '.documents');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const text = readFileSync(join(repository, readme), 'utf8');
    return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, program = ''], i) =>
      check(`${readme} block ${i + 1}`, join(folder, `block-${i + 1}.ts`), program),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function check(name: string, file: string, program: string): Check {
  writeFileSync(file, program);
  const { ok, output } = command('node', [file], { timeoutMs: 60_000 });
  const promised = [...program.matchAll(/console\.log\([^;]*\); \/\/ (.+)$/gm)].map(([, text = '']) => text.trim());
  const printed = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (ok && printed.join(' ') === promised.join(' ')) return { name, outcome: 'passed' };
  return { name, outcome: 'failed', detail: `promised: ${promised.join(' ')}\nprinted: ${output}` };
}
