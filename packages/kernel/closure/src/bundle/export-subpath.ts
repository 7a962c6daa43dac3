import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** How a file of a package is imported, `name/subpath`, by what its manifest exports; undefined when that does not say. */
export function exportSubpath(folder: string, file: string): string | undefined {
  const manifest: { readonly name?: string; readonly exports?: unknown } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const { name, exports } = manifest;
  if (name === undefined || typeof exports !== 'object' || exports === null) return undefined;
  const wanted = `./${relative(folder, file).replaceAll('\\', '/')}`;
  const subpath = Object.keys(exports).find(
    (key) => key.startsWith('.') && targets(Reflect.get(exports, key)).includes(wanted),
  );
  return subpath === undefined ? undefined : `${name}${subpath.slice(1)}`;
}

/** Every file that an entry leads to, under whatever condition. */
function targets(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry];
  return typeof entry === 'object' && entry !== null ? Object.values(entry).flatMap(targets) : [];
}
