import { defineConfig } from 'tsup';
import { defineTsup } from '../../../tsup.base.ts';
import { lazyBuiltins } from './lazy-builtins.ts';

export default defineConfig([
  defineTsup({
    index: 'src/index.ts',
    'protocol/index': 'src/protocol/index.ts',
    'values/index': 'src/values/index.ts',
    'pool/index': 'src/pool/index.ts',
    'detached/index': 'src/detached/index.ts',
    'http/index': 'src/http/index.ts',
    'lambda/index': 'src/lambda/index.ts',
    'remote/index': 'src/remote/index.ts',
  }),
  // The worker itself: one file that runs with plain Node, wherever it is put. And what may stand beside it: a process of a
  // pool alone, and the handler of a function of Lambda.
  defineTsup(
    { worker: 'src/main.ts', process: 'src/process.ts', 'lambda-handler': 'src/lambda/handler.ts' },
    {
      splitting: false,
      clean: false,
      minifyWhitespace: true,
      esbuildPlugins: [lazyBuiltins],
      outExtension: () => ({ js: '.mjs' }),
    },
  ),
]);
