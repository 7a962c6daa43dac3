import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup(
    {
      index: 'src/index.ts',
      'plugin/index': 'src/plugin/index.ts',
      'journal/index': 'src/journal/index.ts',
      'worker/index': 'src/worker/index.ts',
      'storage/task-storage': 'src/storage/task-storage.ts',
      // Workers import it for the partitions that they are given, without the rest.
      'objects/object-partition': 'src/objects/object-partition.ts',
    },
    // Of the schema library only what is used: a millisecond of start-up. Bundled too is what draws progress bars:
    // nothing more to install for those who look at none.
    { noExternal: ['valibot', 'log-update'] },
  ),
);
