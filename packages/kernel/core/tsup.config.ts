import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup(
    {
      index: 'src/index.ts',
      'plugin/index': 'src/plugin/index.ts',
      'storage/task-storage': 'src/storage/task-storage.ts',
    },
    // From node_modules zod costs tens of milliseconds of start-up; bundled, and only as much of it as is used, a few.
    { noExternal: [/^zod/] },
  ),
);
