import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup({
    index: 'src/index.ts',
    'runners/vitest': 'src/runners/vitest.ts',
    'runners/node': 'src/runners/node.ts',
    // Programs that the reference backends start, beside whatever file starts them.
    'memory-worker': 'src/reference/memory-worker.ts',
    'detached-platform': 'src/reference/detached-platform.ts',
  }),
);
