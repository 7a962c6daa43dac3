import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LinkEntry } from '../function-definition.ts';
import { type FunctionFacts, readVariable } from '../inspect/function-facts.ts';
import { filePath } from '../inspect/script-file.ts';
import { scriptUrl } from '../inspect/scripts.ts';
import { exportName } from './export-name.ts';
import type { ImportBinding } from './imports-of-file.ts';
import { importsOfScript } from './imports-of-script.ts';
import { packageOf } from './package-of.ts';
import { resolveSpecifier, toPath } from './resolve-specifier.ts';

/** What the files of captured functions import from other packages: it is imported in the module too, not copied. */
export class FileLinks {
  readonly #links = new Map<object, LinkEntry>();
  readonly #visited = new Set<string>();

  /** How a value is imported; undefined when no file seen so far imports it from another package. */
  linkOf(value: object): LinkEntry | undefined {
    return this.#links.get(value);
  }

  /** Takes note of what the file of this function imports. */
  visit(facts: FunctionFacts): void {
    const id = facts.location?.scriptId;
    if (id === undefined || this.#visited.has(id)) return;
    this.#visited.add(id);
    const file = this.fileOf(facts);
    if (file === undefined) return;
    const home = packageOf(file);
    for (const [name, binding] of importsOfScript(id, facts)) {
      const scope = facts.scopes.findLast(({ variables }) => Object.hasOwn(variables, name));
      const live = scope && readVariable(scope, name);
      if (scope === undefined || !isLinkable(live)) continue;
      const url = resolveSpecifier(binding, file);
      if (url === undefined || url.startsWith('node:') || packageOf(toPath(url)) === home) continue;
      this.#register(live, url, binding);
    }
  }

  /** A function or class that another package's module exports under its name; undefined for what is not exported, or from our own package. */
  exportedFrom(fn: (...args: never[]) => unknown, facts: FunctionFacts, home: FunctionFacts): LinkEntry | undefined {
    const id = facts.location?.scriptId;
    if (id === undefined || id === home.location?.scriptId) return undefined;
    const [file, homeFile] = [this.fileOf(facts), this.fileOf(home)];
    if (file === undefined || homeFile === undefined || packageOf(file) === packageOf(homeFile)) return undefined;
    const exported = fn.name === '' || !existsSync(file) ? undefined : exportName(readFileSync(file, 'utf8'), fn.name);
    return exported === undefined
      ? undefined
      : { kind: 'link', url: pathToFileURL(file).href, required: false, expression: `%.${exported}` };
  }

  /** The file that a function was loaded from; undefined for code of the REPL or of `eval`. */
  fileOf(facts: FunctionFacts): string | undefined {
    const url = facts.location === undefined ? undefined : scriptUrl(facts.location.scriptId);
    return url === undefined ? undefined : filePath(url);
  }

  /** Whether a function is part of Node itself. */
  isNodes(facts: FunctionFacts): boolean {
    return facts.location !== undefined && scriptUrl(facts.location.scriptId)?.startsWith('node:') === true;
  }

  /** What relative specifiers in that file count from. */
  baseOf(file: string | undefined): string {
    return file === undefined ? pathToFileURL(`${process.cwd()}/[eval]`).href : pathToFileURL(file).href;
  }

  /** `import.meta` of that file. */
  metaText(file: string | undefined): string {
    const url = JSON.stringify(this.baseOf(file));
    const members =
      file === undefined ? '' : `filename: ${JSON.stringify(file)}, dirname: ${JSON.stringify(dirname(file))}, `;
    return `({ url: ${url}, ${members}resolve: (specifier) => $from(${url}, specifier) })`;
  }

  /** The URL that a module in that file would be loaded from. */
  resolve(specifier: string, file: string | undefined): string | undefined {
    return resolveSpecifier({ specifier, imported: '*', required: false }, file ?? `${process.cwd()}/`);
  }

  #register(live: object, url: string, binding: ImportBinding): void {
    const { imported, required } = binding;
    const specifier = /^[./]|^[a-z]+:/.test(binding.specifier) ? undefined : binding.specifier;
    const root = imported === '*' ? '%' : imported === 'default' && required ? '%' : `%.${imported}`;
    const add = (value: unknown, expression: string): value is object => {
      if (!isLinkable(value) || this.#links.has(value)) return false;
      this.#links.set(value, {
        kind: 'link',
        url,
        required,
        expression,
        ...(specifier !== undefined && { specifier }),
      });
      return true;
    };
    if (!add(live, root)) return;
    // Classes and functions are often members of what is imported.
    for (const [name, member] of members(live)) {
      if (!add(member, `${root}.${name}`) || typeof member !== 'object') continue;
      for (const [inner, value] of members(member))
        if (typeof value === 'function') add(value, `${root}.${name}.${inner}`);
    }
  }
}

function isLinkable(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function members(owner: object): [string, unknown][] {
  return Object.getOwnPropertyNames(owner).flatMap((name): [string, unknown][] => {
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || name === 'prototype' || name === 'caller' || name === 'arguments')
      return [];
    const property = Object.getOwnPropertyDescriptor(owner, name);
    // Getters of transpiled modules only hand on; others are not run.
    const isModule = Reflect.get(owner, Symbol.toStringTag) === 'Module' || Object.hasOwn(owner, '__esModule');
    if (property === undefined || (!('value' in property) && !isModule)) return [];
    return [[name, Reflect.get(owner, name)]];
  });
}
