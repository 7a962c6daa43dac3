import type { TableEntry } from '../function-definition.ts';
import type { LinkedModule } from './bundle-module.ts';

/** The modules behind links, by the names under which they are known in the module. */
export function linkedModules(entries: readonly TableEntry[]): Map<string, LinkedModule> {
  const modules = new Map<string, LinkedModule>();
  const keys = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'link' || entry.url === undefined || keys.has(moduleKey(entry))) continue;
    modules.set(`$m${keys.size}`, entry);
    keys.add(moduleKey(entry));
  }
  return modules;
}

/** What functions ask of their `require`, as it is known in the module. */
export function requiredModules(entries: readonly TableEntry[]): Map<string, LinkedModule> {
  const modules = new Map<string, LinkedModule>();
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== 'link' || entry.requires === undefined) continue;
    for (const [specifier, url] of entry.requires)
      modules.set(`$r${index}_${modules.size}`, { url, specifier, required: true, lazy: true });
  }
  return modules;
}

/** A `require` that has the modules which were bundled for it. */
export function requireWith(expression: string, index: number, modules: ReadonlyMap<string, LinkedModule>): string {
  const members = [...modules].flatMap(([name, { specifier }]) =>
    name.startsWith(`$r${index}_`) ? [`${JSON.stringify(specifier)}: () => $links.${name}()`] : [],
  );
  return `((own, bundled) => Object.assign(function require(name) { return Object.hasOwn(bundled, name) ? bundled[name]() : own(name); }, own))(${expression}, { ${members.join(', ')} })`;
}

/** The same for links to the same module, reached in the same way. */
export function moduleKey({ url, required }: LinkedModule): string {
  return `${required === true ? 'require' : 'import'} ${url}`;
}
