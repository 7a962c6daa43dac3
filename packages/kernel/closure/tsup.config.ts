import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup(
    { index: 'src/index.ts', load: 'src/load.ts', 'bundle/index': 'src/bundle/index.ts' },
    // Of the parser only what is used: the first capture of a program loads it.
    { noExternal: ['acorn'] },
  ),
);
