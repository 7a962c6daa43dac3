import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup(
    { index: 'src/index.ts', 'plugin/index': 'src/plugin/index.ts' },
    { noExternal: [/^zod/, '@lithops/kit-images/container-keys'] },
  ),
);
