import type { Reference } from '../analyze/outside-uses.ts';
import { literal } from '../emit/literal.ts';
import type { FunctionEntry, Variable, VariableValue } from '../function-definition.ts';
import { type FunctionFacts, readVariable, UNINITIALIZED } from '../inspect/function-facts.ts';
import { isStandardGlobal } from '../link/built-ins.ts';
import { requiredUrl } from '../link/require-function.ts';
import type { ScopeRecord } from './captured-scopes.ts';
import type { AnyFunction, CapturedTable } from './captured-table.ts';
import { isModuleLike, mayBeImported } from './may-be-imported.ts';

/** The variables that captured functions use: one in the module for each one there is here. */
export class CapturedVariables {
  readonly all: Variable[] = [];
  readonly #table: CapturedTable;

  constructor(table: CapturedTable) {
    this.#table = table;
  }

  /** What a name in the text of a function stands for; undefined where every process has it. @throws SerializationError */
  of(fn: object, reference: Reference, facts: FunctionFacts, entry: FunctionEntry): Variable | undefined {
    const { name } = reference;
    const depth = facts.scopes.findIndex(({ variables }) => Object.hasOwn(variables, name));
    const scope = facts.scopes[depth];
    if (scope === undefined) return this.#global(name, facts);
    const record = this.#table.scopes.record(facts, depth);
    const live = readVariable(scope, name);
    if (live === UNINITIALIZED)
      throw this.#table.path.at(name, () =>
        this.#table.path.error('it has no value yet', `call map after the line that defines ${name}`),
      );
    const member = reference.member?.name;
    if (member !== undefined && isModuleLike(live) && Object.hasOwn(live, member)) {
      entry.memberReferences.add(reference);
      return this.#in(record, `${name}.${member}`, member, facts, live[member]);
    }
    this.#table.scopes.use(record, { fn, facts, entry }, reference, name);
    const variable = this.#in(record, name, name, facts, live);
    if (reference.required !== undefined) this.#noteRequired(live, reference.required);
    return variable;
  }

  #noteRequired(fn: unknown, specifier: string): void {
    if (typeof fn !== 'function') return;
    const entry = this.#table.entries[this.#table.known(fn) ?? -1];
    if (entry?.kind !== 'link' || entry.requires === undefined) return;
    const url = requiredUrl(fn as AnyFunction, specifier);
    if (url !== undefined) entry.requires.set(specifier, url);
  }

  #global(name: string, facts: FunctionFacts): Variable | undefined {
    if (!Object.hasOwn(globalThis, name) || isStandardGlobal(name)) return undefined;
    return this.#in(this.#table.scopes.global(), name, name, facts, Reflect.get(globalThis, name));
  }

  #in(record: ScopeRecord, key: string, name: string, facts: FunctionFacts, live: unknown): Variable {
    const known = record.variables.get(key);
    if (known !== undefined) return known;
    const variable = this.make(name);
    record.variables.set(key, variable);
    if (mayBeImported(live, facts)) this.#table.links.visit(facts);
    variable.value = this.#table.path.at(name, () => this.valueOf(live));
    return variable;
  }

  make(name: string): { readonly name: string; value: VariableValue } {
    const variable: { name: string; value: VariableValue } = {
      name: `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : 'value'}$L${this.all.length}`,
      value: { kind: 'literal', text: 'undefined' },
    };
    this.all.push(variable);
    return variable;
  }

  /** Another one with the same value. */
  copy({ name, value }: Variable): Variable {
    const copy = this.make(name.replace(/\$L\d+$/, ''));
    copy.value = value;
    return copy;
  }

  /** @throws SerializationError */
  valueOf(value: unknown): VariableValue {
    const text = literal(value);
    if (text !== undefined) return { kind: 'literal', text };
    if (typeof value === 'symbol')
      throw this.#table.path.error(`${String(value)} exists only in this process`, 'use Symbol.for(key)');
    if (typeof value === 'function') return { kind: 'entry', index: this.#table.number(value, undefined) };
    if (typeof value === 'object' && value !== null) {
      const linked = this.#table.indexOf(value);
      if (linked >= 0) return { kind: 'entry', index: linked };
    }
    return { kind: 'object', place: this.#table.place(value, '') };
  }
}
