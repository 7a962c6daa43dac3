import { refuseClientOnlyFiles } from './client-only-files.ts';
import { linkExternals } from './link-externals.ts';

export interface BundleOptions {
  /** Source of an ES module. It may import by `file:` URL. */
  readonly contents: string;
  /** Folder from which it imports. */
  readonly resolveDir: string;
  /** `esm`: a module. `cjs`: a body for `require`, `exports` and `module`. `iife`: an expression whose value is what the module exports. */
  readonly format: 'esm' | 'cjs' | 'iife';
  /** Packages that the runtime has installed. */
  readonly externals?: readonly string[];
  /** What was written in the place of `file:` URLs: how the runtime finds an external. */
  readonly specifiers?: ReadonlyMap<string, string>;
}

export interface BundledCode {
  readonly code: string;
  /** Those of the externals that it uses. */
  readonly externals: readonly string[];
}

/** Where bundled code is taken to be, and looks for what is installed: code that travels has no file of its own. */
const PLACE = {
  url: 'process.getBuiltinModule("node:url").pathToFileURL(process.cwd() + "/bundled.mjs").href',
  require:
    '((base) => Object.assign((name) => base(name.startsWith("file:") ? process.getBuiltinModule("node:url").fileURLToPath(name) : name), base))(process.getBuiltinModule("node:module").createRequire(process.cwd() + "/"))',
};
const NAMES = `const $url = ${PLACE.url}, __filename = process.cwd() + "/bundled.mjs", __dirname = process.cwd();`;

/**
 * Puts a module and all that it imports into one text. Externals are imported as `lithops-external:<specifier>`, which the
 * worker resolves where it runs.
 * @throws what esbuild throws; SerializationError for a package with native code or files of WebAssembly that is not among the externals.
 */
export async function bundleCode(options: BundleOptions): Promise<BundledCode> {
  // Loaded only here: most functions never need it.
  const { build } = await import('esbuild');
  const { contents, resolveDir, format, externals = [], specifiers = new Map() } = options;
  const used = new Set<string>();
  const { outputFiles } = await build({
    stdin: { contents, loader: 'js', resolveDir },
    bundle: true,
    write: false,
    platform: 'node',
    format,
    ...(format === 'iife' && { globalName: '$bundled' }),
    target: 'node22',
    define: { 'import.meta.url': '$url', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    logLevel: 'silent',
    plugins: [linkExternals(externals, specifiers, (name) => used.add(name)), refuseClientOnlyFiles()],
  });
  const text = outputFiles[0]?.text ?? '';
  return { code: placed(text, format), externals: [...used] };
}

function placed(text: string, format: BundleOptions['format']): string {
  if (format === 'iife') return `(() => { ${NAMES} const require = ${PLACE.require};\n${text}\nreturn $bundled; })()`;
  if (format === 'cjs') return `const $url = ${PLACE.url};\n${text}`;
  return `${NAMES} const require = ${PLACE.require};\n${text}`;
}
