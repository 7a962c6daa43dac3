import type { Reference } from '../analyze/outside-uses.ts';
import type { FunctionEntry, Variable } from '../function-definition.ts';
import { type FunctionFacts, type FunctionScope, readVariable } from '../inspect/function-facts.ts';
import { type HeapContexts, heapContexts } from '../inspect/heap-contexts.ts';

/** One scope of the running program, with those of its variables that shipped functions use. */
export interface ScopeRecord {
  readonly parent: ScopeRecord | undefined;
  readonly scriptId: string | undefined;
  readonly scope: FunctionScope;
  readonly variables: Map<string, Variable>;
  readonly members: Map<object, Member>;
}

/** A function that closes over a scope. */
interface Member {
  readonly fn: object;
  readonly facts: FunctionFacts;
  readonly entry: FunctionEntry;
  readonly uses: { readonly reference: Reference; readonly key: string }[];
}

/**
 * Tells which functions close over the same scope. V8 only shows what is in one: equal contents are taken for one scope,
 * and where that could be noticed (a variable that is written, in scopes that may have been made several times) the heap is asked.
 */
export class CapturedScopes {
  readonly #records: ScopeRecord[] = [];
  /** Where functions were found first: parts of one object come from one call. */
  readonly #homes = new Map<object, object>();

  /** The record of a function's scope at that depth, 0 the innermost. */
  record(facts: FunctionFacts, depth: number): ScopeRecord {
    const { scopes, location } = facts;
    let parent: ScopeRecord | undefined;
    for (let at = scopes.length - 1; at >= depth; at--) {
      const scope = scopes[at] as FunctionScope; // within its length
      const scriptId = /^(?:Script|Global)/.test(scope.description) ? undefined : location?.scriptId;
      parent = this.#recordOf(scope, scriptId, parent);
    }
    if (parent === undefined) throw new RangeError(`a function has no scope number ${depth}`);
    return parent;
  }

  /** The record of a scope that no function shows: the variables of the global object. */
  global(): ScopeRecord {
    return this.#recordOf(GLOBAL_SCOPE, undefined, undefined);
  }

  use(record: ScopeRecord, { fn, facts, entry }: Omit<Member, 'uses'>, reference: Reference, key: string): void {
    const member = record.members.get(fn) ?? { fn, facts, entry, uses: [] };
    record.members.set(fn, member);
    member.uses.push({ reference, key });
  }

  foundOn(fn: object, home: object): void {
    if (!this.#homes.has(fn)) this.#homes.set(fn, home);
  }

  /** Gives functions over different scopes of the same contents variables of their own, made by `copy`. */
  separate(copy: (variable: Variable) => Variable): void {
    const doubtful = this.#records.filter((record) => this.#isDoubtful(record));
    if (doubtful.length === 0) return;
    const fns = [...new Set(doubtful.flatMap(({ members }) => [...members.keys()]))];
    const contexts = contextsOf(fns);
    for (const record of doubtful) {
      const parts = new Map<number, Map<string, Variable>>();
      for (const [fn, member] of record.members) {
        const id = contextId(record, member, contexts.get(fn));
        if (id === undefined) continue;
        // The first one keeps the variables that are there.
        const variables = parts.get(id) ?? (parts.size === 0 ? record.variables : new Map<string, Variable>());
        parts.set(id, variables);
        for (const { reference, key } of member.uses) {
          const shared = record.variables.get(key);
          if (shared === undefined) continue;
          const own = variables.get(key) ?? copy(shared);
          variables.set(key, own);
          member.entry.variables.set(reference, own);
        }
      }
    }
  }

  #isDoubtful(record: ScopeRecord): boolean {
    const { scope, members } = record;
    if (members.size < 2 || /^(?:Module|Script|Global)/.test(scope.description)) return false;
    const written = [...members.values()].some(({ uses }) => uses.some(({ reference }) => reference.write));
    if (!written) return false;
    // A scope that holds a function which closes over it was made together with that function.
    const holdsItsOwn = Object.keys(scope.variables).some((name) => members.has(readVariable(scope, name) as object)); // no member otherwise
    return !holdsItsOwn && !this.#areParts([...members.keys()]);
  }

  #areParts(fns: readonly object[]): boolean {
    const homes = new Set(fns.map((fn) => this.#homes.get(fn)));
    const texts = new Set(fns.map((fn) => Function.prototype.toString.call(fn)));
    const [home] = homes;
    return homes.size === 1 && home !== undefined && !Array.isArray(home) && texts.size === fns.length;
  }

  #recordOf(scope: FunctionScope, scriptId: string | undefined, parent: ScopeRecord | undefined): ScopeRecord {
    const known = this.#records.find(
      (candidate) =>
        candidate.parent === parent && candidate.scriptId === scriptId && isSameScope(candidate.scope, scope),
    );
    if (known !== undefined) return known;
    const record: ScopeRecord = { parent, scriptId, scope, variables: new Map(), members: new Map() };
    this.#records.push(record);
    return record;
  }
}

/** User-made globals, of scripts and the REPL. */
const GLOBAL_SCOPE: FunctionScope = { description: 'Global', variables: {} };

/** A function closes over the same contexts as long as it lives; their numbers are those of one snapshot. */
const knownContexts = new WeakMap<object, { readonly contexts: HeapContexts; readonly snapshot: object }>();

function contextsOf(fns: readonly object[]): Map<object, HeapContexts> {
  const known = fns.map((fn) => knownContexts.get(fn));
  const snapshot = known[0]?.snapshot;
  if (snapshot !== undefined && known.every((entry) => entry?.snapshot === snapshot))
    return new Map(known.flatMap((entry, index) => (entry ? [[fns[index] as object, entry.contexts] as const] : []))); // one for each
  const found = new Map(heapContexts(fns).map((contexts, index) => [fns[index] as object, contexts])); // one for each
  for (const [fn, contexts] of found) knownContexts.set(fn, { contexts, snapshot: found });
  return found;
}

/** Contexts are scopes and some that show nothing; a scope's context has its names. */
function contextId(record: ScopeRecord, { facts }: Member, known: HeapContexts | undefined): number | undefined {
  let at = 0;
  const contexts = known?.contexts ?? [];
  for (const scope of facts.scopes) {
    const names = Object.keys(scope.variables);
    while (at < contexts.length && !names.every((name) => contexts[at]?.names.has(name))) at++;
    if (isSameScope(scope, record.scope)) return contexts[at]?.id;
    at++;
  }
  return undefined;
}

/** V8 shows a scope anew each time: the same place and the very same values. */
function isSameScope(a: FunctionScope, b: FunctionScope): boolean {
  if (a === b) return true;
  if (a.description !== b.description) return false;
  const names = Object.keys(a.variables);
  if (names.length !== Object.keys(b.variables).length) return false;
  return names.every(
    (name) => Object.hasOwn(b.variables, name) && Object.is(readVariable(a, name), readVariable(b, name)),
  );
}
