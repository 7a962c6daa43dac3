import { mkdir, writeFile } from 'node:fs/promises';
import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';
import { buildPage } from './page/build-page.ts';

export default defineConfig(
  defineTsup(
    { index: 'src/index.ts' },
    {
      async onSuccess() {
        await mkdir('dist/page', { recursive: true });
        for (const [name, contents] of Object.entries(await buildPage({ minify: true })))
          await writeFile(`dist/page/${name}`, contents);
      },
    },
  ),
);
