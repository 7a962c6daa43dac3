import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';
import { MASTER_BANNER, MASTER_EXTERNALS } from './master-bundle.ts';

export default defineConfig([
  defineTsup({ index: 'src/index.ts' }),
  // The master itself: one file that runs with plain Node, wherever it is put.
  defineTsup(
    { master: 'src/master/main.ts' },
    {
      splitting: false,
      minifyWhitespace: true,
      sourcemap: false,
      clean: false,
      noExternal: [/.*/],
      external: MASTER_EXTERNALS.map((name) => (name === '*.node' ? /\.node$/ : name)),
      banner: { js: MASTER_BANNER },
      outExtension: () => ({ js: '.mjs' }),
    },
  ),
]);
