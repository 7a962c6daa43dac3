import type { Options } from 'tsup';
import { bundledLicenses } from './bundled-licenses.ts';
import { directBuiltins } from './direct-builtins.ts';

/** The build of every package: ES modules for Node, one chunk graph, no declarations (tsc writes those). */
export function defineTsup(entry: Record<string, string>, options: Options = {}): Options {
  return {
    entry,
    format: 'esm',
    target: 'node22',
    platform: 'node',
    outDir: 'dist',
    splitting: true,
    sourcemap: true,
    clean: true,
    dts: false,
    // 'node:test' has no other name.
    removeNodeProtocol: false,
    ...options,
    esbuildPlugins: [...(options.esbuildPlugins ?? []), bundledLicenses],
    plugins: [...(options.plugins ?? []), directBuiltins],
  };
}
