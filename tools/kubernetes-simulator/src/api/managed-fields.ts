import {
  type FieldPath,
  FieldSet,
  fieldName,
  fieldsOf,
  fromFieldsV1,
  toFieldsV1,
  valueAt,
} from '../objects/field-set.ts';
import { type JsonObject, type ManagedFieldsEntry, sameJson } from '../objects/kube-object.ts';
import { now } from '../objects/object-store.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';
import { apiVersionOf } from '../objects/resource-kind.ts';
import { StatusError } from './status-error.ts';

/** Somebody who sets fields, and how. */
export interface FieldManager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string | undefined;
}

interface Owned {
  readonly manager: FieldManager;
  readonly entry: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

/** The entries after somebody has changed an object in another way than by apply. */
export function ownChanges(
  kind: ResourceKind,
  before: JsonObject,
  after: JsonObject,
  entries: readonly ManagedFieldsEntry[],
  manager: FieldManager,
): readonly ManagedFieldsEntry[] {
  const [old, fresh] = [fieldsOf(kind, before), fieldsOf(kind, after)];
  const changed = new FieldSet(
    [...fresh].filter((path) => !sameJson(valueAt(kind, before, path), valueAt(kind, after, path))),
  );
  const gone = old.without(fresh);
  if (changed.size === 0 && gone.size === 0) return entries;
  const others = entries.map(owned).map((one) => {
    const fields = one.fields.without(gone);
    return same(one.manager, manager) ? { ...one, fields } : { ...one, fields: fields.without(changed) };
  });
  return written(kind, others, manager, changed.with(fieldsOwned(others, manager)));
}

/**
 * The entries after an apply, and what is to be removed: what this manager has applied before and no longer does, unless
 * it is another's as well.
 * @throws StatusError 409 when another has set a field to something else, unless forced.
 */
export function ownApplied(
  kind: ResourceKind,
  live: JsonObject,
  applied: JsonObject,
  entries: readonly ManagedFieldsEntry[],
  manager: FieldManager,
  force: boolean,
): { readonly entries: readonly ManagedFieldsEntry[]; readonly removed: readonly FieldPath[] } {
  const wanted = fieldsOf(kind, applied);
  const all = entries.map(owned);
  const conflicts = all
    .filter((one) => !same(one.manager, manager))
    .map((one) => ({ one, fields: conflicting(kind, live, applied, wanted, one.fields) }))
    .filter(({ fields }) => fields.size > 0);
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts);
  const others = all.map((one) => {
    const lost = conflicts.find((conflict) => conflict.one === one)?.fields;
    return lost === undefined ? one : { ...one, fields: one.fields.without(lost) };
  });
  const before = fieldsOwned(others, manager);
  const elsewhere = others.filter((one) => !same(one.manager, manager));
  const removed = [...before.without(wanted)].filter(
    (path) => !elsewhere.some(({ fields }) => fields.has(path) || [...fields].some((field) => isWithin(field, path))),
  );
  return { entries: written(kind, others, manager, wanted), removed };
}

function conflicting(
  kind: ResourceKind,
  live: JsonObject,
  applied: JsonObject,
  wanted: FieldSet,
  theirs: FieldSet,
): FieldSet {
  const differ = (path: FieldPath) =>
    !path.at(-1)?.startsWith('k:') && !sameJson(valueAt(kind, live, path), valueAt(kind, applied, path));
  return new FieldSet([...theirs].filter((path) => wanted.has(path) && differ(path)));
}

function conflictOf(conflicts: readonly { readonly one: Owned; readonly fields: FieldSet }[]): StatusError {
  const causes = conflicts.flatMap(({ one, fields }) =>
    [...fields].map((path) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${one.manager.name}"${one.manager.subresource === undefined ? '' : ` with subresource "${one.manager.subresource}"`} using ${one.entry.apiVersion}${one.manager.operation === 'Update' ? ` at ${one.entry.time}` : ''}`,
      field: fieldName(path),
    })),
  );
  const number = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  const told = conflicts
    .map(({ one, fields }) => {
      const names = [...fields].map(fieldName);
      const head = `"${one.manager.name}" using ${one.entry.apiVersion}`;
      return causes.length === 1 ? `${head}: ${names[0]}` : `${head}:\n${names.map((name) => `- ${name}`).join('\n')}`;
    })
    .join('\nconflicts with ');
  const message = `Apply failed with ${number}: ${causes.length === 1 ? 'conflict' : 'conflicts'} with ${told}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

function isWithin(path: FieldPath, outer: FieldPath): boolean {
  return path.length > outer.length && outer.every((step, index) => path[index] === step);
}

function owned(entry: ManagedFieldsEntry): Owned {
  const { manager: name, operation, subresource } = entry;
  return { manager: { name, operation, subresource }, entry, fields: fromFieldsV1(entry.fieldsV1) };
}

function same(a: FieldManager, b: FieldManager): boolean {
  return a.name === b.name && a.operation === b.operation && (a.subresource ?? '') === (b.subresource ?? '');
}

function fieldsOwned(all: readonly Owned[], manager: FieldManager): FieldSet {
  return all.find((one) => same(one.manager, manager))?.fields ?? new FieldSet();
}

function written(
  kind: ResourceKind,
  all: readonly Owned[],
  manager: FieldManager,
  fields: FieldSet,
): readonly ManagedFieldsEntry[] {
  const others = all
    .filter((one) => !same(one.manager, manager) && one.fields.size > 0)
    .map((one) => ({ ...one.entry, fieldsV1: toFieldsV1(one.fields) }));
  if (fields.size === 0) return others;
  const { name, operation, subresource } = manager;
  const own: ManagedFieldsEntry = {
    manager: name,
    operation,
    apiVersion: apiVersionOf(kind),
    time: now(),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource !== undefined && { subresource }),
  };
  return [...others, own];
}
