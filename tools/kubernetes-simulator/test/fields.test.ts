import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownApplied, ownChanges } from '../src/api/managed-fields.ts';
import { applied, mergePatched } from '../src/api/merge.ts';
import { fieldsOf, fromFieldsV1, toFieldsV1 } from '../src/objects/field-set.ts';
import { CONFIG_MAPS, PODS } from '../src/objects/kinds.ts';
import type { JsonObject, ManagedFieldsEntry } from '../src/objects/kube-object.ts';

const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'));
const env = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C'), value: fc.constantFrom('1', '2') }), {
  selector: ({ name }) => name,
});
const container = fc.record({ name: fc.constantFrom('x', 'y'), image: fc.constantFrom('i', 'j'), env });
const containers = fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1 });
const config = (content: Record<string, string>): JsonObject => ({ metadata: { name: 'x' }, data: content });

interface State {
  readonly object: JsonObject;
  readonly entries: readonly ManagedFieldsEntry[];
}

function apply({ object, entries }: State, manager: string, wanted: JsonObject): State {
  const by = { name: manager, operation: 'Apply', subresource: undefined } as const;
  const owned = ownApplied(CONFIG_MAPS, object, wanted, entries, by, true);
  return { object: applied(CONFIG_MAPS, object, wanted, owned.removed), entries: owned.entries };
}

const EMPTY: State = { object: { metadata: { name: 'x' } }, entries: [] };
const isOf = ({ object }: State) => ({ ...(object['data'] as Record<string, string> | undefined) }); // of these config maps

describe('who owns what', () => {
  it('is written as it is read', () => {
    fc.assert(
      fc.property(containers, data, (list, labels) => {
        const fields = fieldsOf(PODS, { metadata: { name: 'p', labels }, spec: { containers: list } });
        const again = fromFieldsV1(JSON.parse(JSON.stringify(toFieldsV1(fields))) as JsonObject); // what was written
        expect([...again].sort()).toEqual([...fields].sort());
      }),
    );
  });

  it('an object is what was applied last by each, whoever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('one', 'two'), data)), data, (steps, last) => {
        const before = steps.reduce((state, [manager, content]) => apply(state, manager, config(content)), EMPTY);
        const after = apply(before, 'one', config(last));
        expect(isOf(after)).toMatchObject(last);
        // Nothing is there that nobody has.
        const owned = after.entries.flatMap((entry) => [...fromFieldsV1(entry.fieldsV1)].map((path) => path.join()));
        for (const key of Object.keys(isOf(after))) expect(owned).toContain(`f:data,f:${key}`);
        expect(apply(after, 'one', config(last)).object).toEqual(after.object);
      }),
    );
  });

  it('passes to who changes a field', () => {
    fc.assert(
      fc.property(data, data, (first, second) => {
        const state = apply(EMPTY, 'one', config(first));
        const by = { name: 'editor', operation: 'Update', subresource: undefined } as const;
        const entries = ownChanges(CONFIG_MAPS, state.object, config(second), state.entries, by);
        const of = (manager: string) =>
          entries
            .filter((one) => one.manager === manager)
            .flatMap((one) => [...fromFieldsV1(one.fieldsV1)].map((path) => path.join()));
        for (const [key, value] of Object.entries(second)) {
          const path = `f:data,f:${key}`;
          expect([of('one').includes(path), of('editor').includes(path)]).toEqual(
            first[key] === value ? [true, false] : [false, true],
          );
        }
      }),
    );
  });
});

describe('a merge patch', () => {
  it('that is the object itself changes nothing, and nulls remove all', () => {
    fc.assert(
      fc.property(data, (content) => {
        expect(mergePatched(content, content)).toEqual(content);
        expect(mergePatched(content, Object.fromEntries(Object.keys(content).map((key) => [key, null])))).toEqual({});
      }),
    );
  });
});
