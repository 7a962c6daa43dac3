import type { FunctionFacts } from '../inspect/function-facts.ts';
import { scriptFile } from '../inspect/script-file.ts';
import { scriptSource } from '../inspect/scripts.ts';
import { type ImportBinding, importsOfFile } from './imports-of-file.ts';
import { type LeadingImports, leadingImports } from './leading-imports.ts';

/** What is known of scripts so far, by their ids. */
const known = new Map<string, LeadingImports>();

/** What the names that a function sees stand for in its script, which has that id. */
export function importsOfScript(id: string, fn: FunctionFacts): ReadonlyMap<string, ImportBinding> {
  const file = known.has(id) ? undefined : scriptFile(fn);
  let imports = known.get(id) ?? (file && leadingImports(file.text));
  if (imports === undefined || sees(fn, imports.unclear)) {
    const text = file === undefined || file.hasTypes ? scriptSource(id) : file.text;
    imports = { bindings: importsOfFile(text), unclear: new Set() };
  }
  known.set(id, imports);
  return imports.bindings;
}

function sees({ scopes }: FunctionFacts, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => scopes.some(({ variables }) => Object.hasOwn(variables, name)));
}
