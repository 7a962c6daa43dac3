import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';

export default defineConfig(
  defineTsup({
    index: 'src/index.ts',
    'runners/vitest': 'src/runners/vitest.ts',
    'runners/node': 'src/runners/node.ts',
    // Tasks import it by its own file.
    'folder-storage': 'src/reference/folder-storage.ts',
    'vm/vm-provider': 'src/vm/vm-provider.ts',
    // The program that a reference backend starts, beside whatever file starts it.
    'detached-platform': 'src/reference/detached-platform.ts',
  }),
);
