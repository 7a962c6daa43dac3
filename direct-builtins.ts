import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

/** As esbuild writes it; what is imported may stand on several lines. */
const IMPORT = /^import (?:(\w+)(?:, )?)?(?:\* as (\w+))?(\{[^}]*\})? from "(node:[^"]+)";$/gm;
const IMPORTED = /(\w+)(?: as (\w+))?/g;

/** Modules of functions only, which most programs never call. */
const LOADED_BY_THE_FIRST_CALL: readonly unknown[] = ['node:fs/promises', 'node:timers/promises'];

/**
 * Takes what is imported of a built-in module from the module itself. For an `import` Node first copies all that the module
 * has, and so loads what stands behind its lazy getters: `node:fs` brings `fs/promises` and readline, `node:util` a differ and
 * a parser of arguments. That is 3 to 5 ms of a start. Lines stay lines, as source maps count on.
 */
export const directBuiltins: Plugin = {
  name: 'direct-builtins',
  renderChunk(code, { path }) {
    if (this.format !== 'esm' || !/\.m?js$/.test(path)) return undefined;
    return { code: code.replace(IMPORT, toDeclarations) };
  },
};

function toDeclarations(_: string, own?: string, all?: string, some?: string, name?: string): string {
  const module = `globalThis.process.getBuiltinModule("${name}")`;
  if (some !== undefined && LOADED_BY_THE_FIRST_CALL.includes(name)) {
    return some
      .slice(1, -1)
      .replaceAll(',', '')
      .replace(
        IMPORTED,
        (_, imported: string, local = imported) => `const ${local} = (...args) => ${module}.${imported}(...args);`,
      );
  }
  const targets = [own, all, some?.replace(/(\w+) as (\w+)/g, '$1: $2')];
  return targets.flatMap((target) => (target === undefined ? [] : [`const ${target} = ${module};`])).join(' ');
}
