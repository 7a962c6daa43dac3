import { builtinModules } from 'node:module';
import type { Options } from 'tsup';

/**
 * Has a built-in module loaded when the first module that imports it is run, not when the bundle is: of the modes of the
 * worker only one is, and `node:http`, for one, brings TLS, HTTP/2 and undici with it.
 */
export const lazyBuiltins: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/, namespace: 'file' }, ({ path, kind }) =>
      kind === 'import-statement' && builtinModules.includes(path.slice('node:'.length))
        ? { path, namespace: 'builtin', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      loader: 'js',
    }));
  },
};
