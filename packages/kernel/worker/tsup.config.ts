import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';
import { lazyBuiltins } from './lazy-builtins.ts';

export default defineConfig([
  defineTsup({ client: 'src/client.ts' }),
  defineTsup(
    {
      index: 'src/index.ts',
      'detached/index': 'src/detached/index.ts',
      'http/index': 'src/http/index.ts',
      'lambda/index': 'src/lambda/index.ts',
      'remote/index': 'src/remote/index.ts',
    },
    { clean: false },
  ),
  // The worker itself: one file that runs with plain Node, wherever it is put. And what stands beside it in a function of Lambda.
  defineTsup(
    { worker: 'src/main.ts', 'lambda-handler': 'src/lambda/handler.ts' },
    {
      splitting: false,
      clean: false,
      minifyWhitespace: true,
      esbuildPlugins: [lazyBuiltins],
      outExtension: () => ({ js: '.mjs' }),
    },
  ),
  // A process of a pool alone. As CommonJS Node has it running some 4 ms sooner.
  defineTsup(
    { process: 'src/process.ts' },
    {
      format: 'cjs',
      splitting: false,
      clean: false,
      minifyWhitespace: true,
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: { js: "'use strict'; const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
      outExtension: () => ({ js: '.cjs' }),
    },
  ),
]);
