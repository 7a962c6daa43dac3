import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { SerializationError } from '../serialization-error.ts';

/**
 * Puts the packages that a module imports into it, so that it runs where they are not installed.
 * @throws SerializationError naming the package that cannot be bundled.
 */
export async function bundleModule(
  code: string,
  externals: readonly string[],
): Promise<{ readonly code: string; readonly externals: readonly string[] }> {
  // Loaded only here: most functions never need it.
  const { build } = await import('esbuild');
  const used = new Set<string>();
  const links: Plugin = {
    name: 'lithops-links',
    setup(setup) {
      setup.onResolve({ filter: /^file:/ }, ({ path }) => {
        const file = fileURLToPath(path);
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file.slice(file.lastIndexOf('node_modules')))?.[1];
        if (name === undefined || !externals.includes(name)) return { path: file };
        used.add(name);
        return { path: name, external: true };
      });
    },
  };
  try {
    const { outputFiles } = await build({
      stdin: { contents: code, loader: 'js', resolveDir: process.cwd() },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      external: [...externals],
      logLevel: 'silent',
      plugins: [links],
    });
    return { code: outputFiles[0]?.text ?? '', externals: [...used] };
  } catch (cause) {
    throw new SerializationError(
      'module',
      `what it imports cannot be bundled: ${cause instanceof Error ? cause.message : String(cause)}`,
      'install the package in the runtime and list it in externals',
      { cause },
    );
  }
}
