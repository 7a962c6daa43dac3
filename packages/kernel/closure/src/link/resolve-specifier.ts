import { existsSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ImportBinding } from './imports-of-file.ts';

/** The URL of what a file imports; undefined when it cannot be found from there. Built-ins are `node:` URLs. */
export function resolveSpecifier({ specifier, required }: ImportBinding, file: string): string | undefined {
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  if (specifier.startsWith('file:')) return specifier;
  if (specifier.startsWith('/')) return pathToFileURL(absolutePath(specifier)).href;
  try {
    if (required) return pathToFileURL(createRequire(file).resolve(specifier)).href;
    const beside = specifier.startsWith('.') ? fileBeside(specifier, file) : undefined;
    if (beside !== undefined) return beside;
    // Loaded only for functions that use other packages.
    const { resolveModuleURL }: typeof import('exsolve') = createRequire(import.meta.url)('exsolve');
    return resolveModuleURL(specifier, { from: file, try: true });
  } catch {
    return undefined;
  }
}

const filesBeside = new Map<string, string>();

/** What a relative specifier of an ES module names: a file just so, wherever its links lead. */
function fileBeside(specifier: string, file: string): string | undefined {
  const key = `${file} ${specifier}`;
  const known = filesBeside.get(key);
  if (known !== undefined) return known;
  const { href, search, hash } = new URL(specifier, pathToFileURL(file));
  const path = fileURLToPath(href);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const found = `${pathToFileURL(realpathSync(path)).href}${search}${hash}`;
  filesBeside.set(key, found);
  return found;
}

/** Vite and vitest write paths in the place of specifiers: absolute ones, behind `/@fs`, or from the project's folder. */
function absolutePath(specifier: string): string {
  if (specifier.startsWith('/@fs/')) return specifier.slice(4);
  const inProject = join(process.cwd(), specifier);
  return !existsSync(specifier) && existsSync(inProject) ? inProject : specifier;
}

export function toPath(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url;
}
