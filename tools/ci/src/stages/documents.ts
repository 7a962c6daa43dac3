import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, command, repository, type Stage } from '../check.ts';

/** Every program in the README runs, and prints what its comments say. */
export const documents: Stage = {
  name: 'documents',
  run() {
    const folder = join(repository, 'examples', '.documents');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    try {
      const readme = readFileSync(join(repository, 'README.md'), 'utf8');
      return [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, program = ''], i) =>
        check(`README block ${i + 1}`, join(folder, `block-${i + 1}.ts`), program),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function check(name: string, file: string, program: string): Check {
  writeFileSync(file, program);
  const { ok, output } = command('node', [file], { timeoutMs: 60_000 });
  const promised = [...program.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, text = '']) => text.trim());
  const printed = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (ok && printed.join(' ') === promised.join(' ')) return { name, outcome: 'passed' };
  return { name, outcome: 'failed', detail: `promised: ${promised.join(' ')}\nprinted: ${output}` };
}
