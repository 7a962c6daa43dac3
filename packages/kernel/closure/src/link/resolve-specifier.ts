import { createRequire, isBuiltin } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ImportBinding } from './imports-of-file.ts';

/** The URL of what a file imports; undefined when it cannot be found from there. Built-ins are `node:` URLs. */
export function resolveSpecifier({ specifier, required }: ImportBinding, file: string): string | undefined {
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  if (specifier.startsWith('file:')) return specifier;
  // Test runners write absolute paths in the place of specifiers.
  if (specifier.startsWith('/'))
    return pathToFileURL(specifier.startsWith('/@fs/') ? specifier.slice(4) : specifier).href;
  try {
    if (required) return pathToFileURL(createRequire(file).resolve(specifier)).href;
    // Loaded only for functions that use other packages.
    const { resolveModuleURL }: typeof import('exsolve') = createRequire(import.meta.url)('exsolve');
    return resolveModuleURL(specifier, { from: file, try: true });
  } catch {
    return undefined;
  }
}

export function toPath(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
