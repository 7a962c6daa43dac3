import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';
import { lazyDockerode } from './lazy-dockerode.ts';

export default defineConfig([
  defineTsup(
    {
      index: 'src/index.ts',
      'engine/index': 'src/engine/index.ts',
      'container/index': 'src/container/index.ts',
      'container/container-keys': 'src/container/container-keys.ts',
    },
    { external: ['@lithops/kit-images/dockerode'], noExternal: [/^zod/] },
  ),
  // CommonJS, of which each file was looked up and read by itself.
  defineTsup(
    { 'engine/dockerode': 'src/engine/dockerode.ts' },
    {
      splitting: false,
      clean: false,
      sourcemap: false,
      noExternal: [/.*/],
      esbuildPlugins: [lazyDockerode],
      banner: {
        js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;",
      },
    },
  ),
]);
