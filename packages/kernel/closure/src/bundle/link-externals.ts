import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { packageOf } from '../link/package-of.ts';
import { exportSubpath } from './export-subpath.ts';

/** Begins the names by which bundled code imports what the runtime has installed. */
const EXTERNAL = 'lithops-external:';

/** Resolves `file:` URLs, and leaves the packages that the runtime has installed to it. */
export function linkExternals(
  externals: readonly string[],
  specifiers: ReadonlyMap<string, string>,
  onUsed: (name: string) => void,
): Plugin {
  const external = (name: string | undefined, specifier: string) => {
    if (name === undefined || !externals.includes(name)) return undefined;
    onUsed(name);
    return { path: `${EXTERNAL}${specifier}`, external: true };
  };
  return {
    name: 'lithops-externals',
    setup(setup) {
      setup.onResolve({ filter: /^file:/ }, ({ path }) => {
        const file = fileURLToPath(path);
        const name = packageOfPath(file);
        if (name === undefined || !externals.includes(name)) return { path: file };
        return external(name, specifiers.get(path) ?? exportSubpath(packageOf(file), file) ?? name);
      });
      if (externals.length > 0)
        setup.onResolve({ filter: /^[^./]/ }, ({ path }) => external(packageOfSpecifier(path), path));
    },
  };
}

/** The package whose file it is; undefined for files outside of `node_modules`. */
function packageOfPath(file: string): string | undefined {
  const path = file.replaceAll('\\', '/');
  const start = path.lastIndexOf('/node_modules/');
  return start < 0 ? undefined : packageOfSpecifier(path.slice(start + '/node_modules/'.length));
}

function packageOfSpecifier(specifier: string): string | undefined {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}
