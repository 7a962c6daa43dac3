import { defineConfig, type Options } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

// Of the schema library only what is used: a millisecond of start-up. Bundled too is what draws progress bars:
// nothing more to install for those who look at none.
const noExternal = ['valibot', 'log-update'];

/** Most programs draw no progress bars: nothing is shared with what does, so that it leaves no chunks behind. */
const progressApart: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'progress-apart',
  setup(build) {
    build.onResolve({ filter: /\/progress-display\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './progress/progress-display.js', external: true } : undefined,
    );
  },
};

/**
 * As few files as can be: to find and link one takes Node 1 to 2 ms of every start. So what several entries need is in each of
 * them, and classes may be there twice in a process; `instanceof` holds across copies where it matters, see `LithopsError`.
 */
export default defineConfig([
  // Partitions are a chunk of their own: workers import the file in which the class is, and are to load no more with it.
  defineTsup(
    { index: 'src/index.ts', 'objects/object-partition': 'src/objects/object-partition.ts' },
    { noExternal, esbuildPlugins: [progressApart] },
  ),
  defineTsup({ 'progress/progress-display': 'src/progress/progress-display.ts' }, { noExternal, clean: false }),
  defineTsup(
    {
      'plugin/index': 'src/plugin/index.ts',
      'journal/index': 'src/journal/index.ts',
      'worker/index': 'src/worker/index.ts',
      'storage/task-storage': 'src/storage/task-storage.ts',
    },
    { noExternal, splitting: false, clean: false },
  ),
]);
