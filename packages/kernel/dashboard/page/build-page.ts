import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { PageFiles } from '../src/server/page-files.ts';

/** Bundles the page: one script and one style sheet, which load nothing else. */
export async function buildPage(options: { readonly minify: boolean }): Promise<PageFiles> {
  const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [source('./src/dashboard.tsx'), source('./src/dashboard.css')],
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    target: ['chrome115', 'firefox120', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: options.minify,
    // The licences of what is bundled stay with it.
    legalComments: 'inline',
    logLevel: 'silent',
  });
  const output = (ending: string) => {
    const file = outputFiles.find(({ path }) => path.endsWith(ending));
    if (file === undefined) throw new Error(`the bundle of the dashboard's page has no ${ending} file`);
    return file.contents;
  };
  return {
    'index.html': await readFile(source('./index.html')),
    'dashboard.js': output('.js'),
    'dashboard.css': output('.css'),
  };
}
