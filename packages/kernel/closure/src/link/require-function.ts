import { isBuiltin } from 'node:module';
import { pathToFileURL } from 'node:url';

type AnyFunction = (...args: never[]) => unknown;

export function isRequire(fn: AnyFunction): boolean {
  return fn.name === 'require' && 'resolve' in fn && 'cache' in fn;
}

/** The file that a `require` belongs to: it lists the folders in which it looks. */
export function requireBase(fn: AnyFunction): string {
  const { resolve } = fn as unknown as NodeJS.Require; // recognised by its properties
  const [nearest] = resolve.paths('a-package') ?? [];
  return nearest === undefined ? `${process.cwd()}/` : nearest.replace(/node_modules$/, '');
}

/** The URL of what a `require` finds under that name; undefined for built-ins, and for what it does not find. */
export function requiredUrl(fn: AnyFunction, specifier: string): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  try {
    return pathToFileURL((fn as unknown as NodeJS.Require).resolve(specifier)).href; // recognised by its properties
  } catch {
    // Code that tries whether a package is there goes on trying.
    return undefined;
  }
}
