import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

// What makes JSON Schemas of zod's and valibot's: nothing more to install for the few who need it.
export default defineConfig(
  defineTsup(
    { index: 'src/index.ts', 'cli/main': 'src/cli/main.ts' },
    { noExternal: [/^zod/, 'valibot', '@valibot/to-json-schema'] },
  ),
);
