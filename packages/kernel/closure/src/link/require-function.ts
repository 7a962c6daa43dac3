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
