import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup(
    { index: 'src/index.ts' },
    // The definition alone must load fast: zod bundled, and only as much of it as is used, costs a few milliseconds.
    { noExternal: [/^zod/, '@lithops/standalone/plugin', '@lithops/kit-images/container-keys'] },
  ),
);
