import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

export type PageFileName = 'index.html' | 'dashboard.js' | 'dashboard.css';
export type PageFiles = Readonly<Record<PageFileName, Uint8Array>>;

/** The page: built with the package, or bundled now when this runs from source. */
export async function pageFiles(): Promise<PageFiles> {
  const built = new URL('./page/', import.meta.url);
  if (existsSync(new URL('index.html', built))) {
    const read = (name: PageFileName) => readFile(new URL(name, built));
    const [html, script, style] = await Promise.all([read('index.html'), read('dashboard.js'), read('dashboard.css')]);
    return { 'index.html': html, 'dashboard.js': script, 'dashboard.css': style };
  }
  const source = new URL('../../page/build-page.ts', import.meta.url);
  const { buildPage }: { buildPage(options: { readonly minify: boolean }): Promise<PageFiles> } = await import(
    source.href
  );
  return buildPage({ minify: false });
}
