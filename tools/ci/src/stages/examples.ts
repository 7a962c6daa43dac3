import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandCheck, repository, type Stage } from '../check.ts';
import { fromSource } from '../compile-cache.ts';

/** Each example runs as it is, and checks its own answer. */
export const examples: Stage = {
  name: 'examples',
  run: () =>
    readdirSync(join(repository, 'examples'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'third-party-backend')
      .map(({ name }) =>
        commandCheck(`examples/${name}`, 'node', [join('examples', name, `${name}.ts`)], {
          env: fromSource,
          timeoutMs: 120_000,
        }),
      ),
};
