import type { TableEntry, Variable } from '../function-definition.ts';
import { type BundledModule, bundleLinks, bundleModule, type LinkedModule } from './bundle-module.ts';
import type { FunctionModule } from './function-module.ts';
import { linkedModules, moduleKey, requiredModules, requireWith } from './linked-modules.ts';
import { ModuleText } from './module-text.ts';
import { sourceMapOf } from './source-map.ts';
import type { StackMapper } from './stack-mapper.ts';
import { classOrder, writeClass, writeFunction } from './write-functions.ts';
import { writeInstances, writeProperties } from './write-objects.ts';

export interface ModuleParts {
  readonly name: string;
  readonly arity: number;
  readonly entries: readonly TableEntry[];
  readonly variables: readonly Variable[];
  /** The captured objects, by `encodeValue`. */
  readonly objects: Uint8Array;
  readonly bundle: boolean;
  readonly externals: readonly string[];
  readonly stackMapper: StackMapper;
}

/** Writes the module: links, variables, functions, classes, the table, then the captured objects. */
export async function emitModule(parts: ModuleParts): Promise<FunctionModule> {
  const { name, arity, entries, variables, objects } = parts;
  const text = new ModuleText();
  const moduleNames = writeImports(text, entries, parts.bundle);
  text.line('export default function instantiate($assets, $decode) {');
  text.line('const $access = {}; const $enclosed = {}; let $making = false;');
  text.line(
    'const $named = (fn, name) => (fn.name === name ? fn : Object.defineProperty(fn, "name", { value: name, configurable: true }));',
  );
  text.line(
    'const $member = (home, name) => { const [key] = Reflect.ownKeys(home); const { value, get, set } = Object.getOwnPropertyDescriptor(home, key); return $named(value ?? get ?? set, name); };',
  );
  if (usesFrom(entries)) text.line(FROM);
  for (const variable of variables)
    text.line(`let ${variable.name}${variable.value.kind === 'literal' ? ` = ${variable.value.text}` : ''};`);
  writeEntries(text, entries, moduleNames, parts.bundle ? requiredModules(entries) : new Map());
  writeVariables(text, variables, 'entry');
  for (const index of classOrder(entries)) writeClass(text, entries, index);
  for (const [index, entry] of entries.entries())
    if (entry.kind === 'link' && entry.late === true) text.line(`const $t${index} = ${entry.expression};`);
    else if (entry.kind === 'function' && entry.enclosing !== undefined)
      text.line(`const $t${index} = $enclosed[${index}];`);
  writeVariables(text, variables, 'entry');
  text.line(`const $table = [${entries.map((_, index) => `$t${index}`).join(', ')}];`);
  writeInstances(text, entries);
  text.line(
    'const $objects = $decode($assets[0], { entries: $table, indexOf: (value) => $table.indexOf(value), instances: { read: (index, object) => $instances[index]?.read(object), create: (index, args) => $instances[index]?.create(args), write: (index, object, privates) => $instances[index]?.write(object, privates) } });',
  );
  writeVariables(text, variables, 'object');
  writeProperties(text, entries);
  text.line('return { fn: $table[0], table: $table, instances: $instances };');
  text.line('}');

  const { code, externals, keepsLines } = await complete(text.toString(), parts);
  // Loaded only here: it takes Node several milliseconds, and who captures may have a worker to start first.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(code).update(objects).digest('hex').slice(0, 32);
  if (keepsLines) parts.stackMapper.add(hash, text);
  return {
    hash,
    name,
    arity,
    code: `${code}\n//# sourceURL=lithops:///${hash}/${encodeURIComponent(name)}.mjs`,
    assets: [objects],
    externals,
    get sourceMap() {
      return sourceMapOf(text.lineOrigins);
    },
  };
}

/** Adds what the module imports, where it has to bring that along. */
async function complete(
  text: string,
  { entries, bundle, externals }: ModuleParts,
): Promise<BundledModule & { readonly keepsLines: boolean }> {
  if (!bundle) return { code: text, externals: [], keepsLines: true };
  const modules = new Map([...linkedModules(entries), ...requiredModules(entries)]);
  // Behind the text, which uses it only when everything has been evaluated.
  const links = modules.size === 0 ? undefined : await bundleLinks(modules, externals);
  const code = links === undefined ? text : `${text}\nconst $links = ${links.code};`;
  if (!/\bimport\("file:/.test(text)) return { code, externals: links?.externals ?? [], keepsLines: true };
  const whole = await bundleModule(code, externals);
  return { ...whole, externals: [...new Set([...whole.externals, ...(links?.externals ?? [])])], keepsLines: false };
}

function writeImports(text: ModuleText, entries: readonly TableEntry[], bundle: boolean): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, entry] of linkedModules(entries)) {
    names.set(moduleKey(entry), bundle ? `$links.${name}` : name);
    if (bundle) continue;
    if (entry.required === true)
      text.line(
        `const ${name} = process.getBuiltinModule("module").createRequire(${JSON.stringify(entry.url)})(process.getBuiltinModule("url").fileURLToPath(${JSON.stringify(entry.url)}));`,
      );
    else text.line(`import * as ${name} from ${JSON.stringify(entry.url)};`);
  }
  return names;
}

function writeEntries(
  text: ModuleText,
  entries: readonly TableEntry[],
  modules: ReadonlyMap<string, string>,
  required: ReadonlyMap<string, LinkedModule>,
): void {
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'link' && entry.late !== true) {
      const linked =
        entry.url === undefined ? entry.expression : entry.expression.replace('%', modules.get(moduleKey(entry)) ?? '');
      const expression =
        required.size > 0 && entry.requires !== undefined ? requireWith(linked, index, required) : linked;
      text.line(`const $t${index} = ${expression};`);
    }
    if (entry.kind === 'function' && entry.parsed.kind !== 'class' && entry.enclosing === undefined)
      writeFunction(text, entry, index);
    if (entry.kind === 'bound') {
      text.line(
        `const $t${index} = $named(Object.defineProperty(function (...$args) { const [$self, $first] = $objects[${entry.place}]; return new.target ? Reflect.construct($t${entry.target}, [...$first, ...$args]) : Reflect.apply($t${entry.target}, $self, [...$first, ...$args]); }, "length", { value: ${entry.arity}, configurable: true }), ${JSON.stringify(entry.name)});`,
      );
    }
  }
}

function writeVariables(text: ModuleText, variables: readonly Variable[], kind: 'entry' | 'object'): void {
  const assignments = variables.flatMap(({ name, value }) => {
    if (value.kind !== kind) return [];
    return [
      value.kind === 'entry'
        ? `try { ${name} = $t${value.index}; } catch {}`
        : value.kind === 'object'
          ? `${name} = $objects[${value.place}];`
          : '',
    ];
  });
  if (assignments.length > 0) text.line(assignments.join(' '));
}

/** Resolves what is imported by a name that only the task knows, as from the user's file. */
const FROM =
  'const $from = (base, specifier) => { if (/^\\.{0,2}\\//.test(specifier)) return new URL(specifier, base).href; if (URL.canParse(specifier) || process.getBuiltinModule("module").isBuiltin(specifier)) return specifier; return process.getBuiltinModule("url").pathToFileURL(process.getBuiltinModule("module").createRequire(base).resolve(specifier)).href; };';

function usesFrom(entries: readonly TableEntry[]): boolean {
  return entries.some((entry) => entry.kind === 'function' && entry.edits.some(({ text }) => text.includes('$from(')));
}
