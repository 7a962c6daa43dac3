import { isObject, type Json, type JsonObject } from './kube-object.ts';
import { KEY_DEFAULTS, listType } from './list-types.ts';
import type { ResourceKind } from './resource-kind.ts';

/**
 * Where a value is: fields by `f:name`, elements by `k:{"name":"x"}` or `v:"x"`, as the API writes it in `fieldsV1`.
 */
export type FieldPath = readonly string[];

/** A set of paths. */
export class FieldSet implements Iterable<FieldPath> {
  readonly #paths = new Map<string, FieldPath>();

  constructor(paths: Iterable<FieldPath> = []) {
    for (const path of paths) this.#paths.set(path.join('\n'), path);
  }

  get size(): number {
    return this.#paths.size;
  }

  has(path: FieldPath): boolean {
    return this.#paths.has(path.join('\n'));
  }

  without(others: FieldSet): FieldSet {
    return new FieldSet([...this].filter((path) => !others.has(path)));
  }

  with(others: FieldSet): FieldSet {
    return new FieldSet([...this, ...others]);
  }

  [Symbol.iterator](): Iterator<FieldPath> {
    return this.#paths.values();
  }
}

/** Set by the server, so nobody's. */
const NOBODYS = new Set([
  ...['apiVersion', 'kind', 'metadata.name', 'metadata.generateName', 'metadata.namespace', 'metadata.uid'],
  ...['metadata.resourceVersion', 'metadata.generation', 'metadata.creationTimestamp', 'metadata.deletionTimestamp'],
  ...['metadata.deletionGracePeriodSeconds', 'metadata.selfLink', 'metadata.managedFields'],
]);

/** All that an object says: its values that are not made of others. */
export function fieldsOf(kind: ResourceKind, object: JsonObject): FieldSet {
  return new FieldSet(leaves(kind, object, [], []));
}

function* leaves(kind: ResourceKind, value: Json, names: readonly string[], path: FieldPath): Generator<FieldPath> {
  if (NOBODYS.has(names.join('.'))) return;
  const elements = Array.isArray(value) ? elementsOf(kind, value, names) : undefined;
  if (elements !== undefined)
    for (const [step, element] of elements) {
      yield [...path, step];
      if (isObject(element) && step.startsWith('k:')) yield* leaves(kind, element, names, [...path, step]);
    }
  else if (isObject(value) && Object.keys(value).length > 0)
    for (const [field, part] of Object.entries(value)) {
      if (part !== undefined) yield* leaves(kind, part, [...names, field], [...path, `f:${field}`]);
    }
  else if (path.length > 0) yield path;
}

/** The elements of a list by how they are told apart; undefined for a list that is one value. */
export function elementsOf(
  kind: ResourceKind,
  list: readonly Json[],
  names: readonly string[],
): ReadonlyMap<string, Json> | undefined {
  const type = listType(kind, names);
  if (type === 'atomic') return undefined;
  if (type === 'set') return new Map(list.map((element) => [`v:${JSON.stringify(element)}`, element]));
  return new Map(
    list.map((element) => {
      const fields = isObject(element) ? element : {};
      const keys = type.map((key) => [key, fields[key] ?? KEY_DEFAULTS[key]]);
      return [`k:${JSON.stringify(Object.fromEntries(keys.sort()))}`, element];
    }),
  );
}

/** The value at a path, undefined when there is none. */
export function valueAt(kind: ResourceKind, object: JsonObject, path: FieldPath): Json | undefined {
  let value: Json | undefined = object;
  const names: string[] = [];
  for (const step of path) {
    if (step.startsWith('f:')) {
      names.push(step.slice(2));
      value = isObject(value) ? value[step.slice(2)] : undefined;
    } else value = Array.isArray(value) ? elementsOf(kind, value, names)?.get(step) : undefined;
  }
  return value;
}

/** The object without what is at a path; objects and lists that it leaves empty stay. */
export function withoutPath(kind: ResourceKind, object: JsonObject, path: FieldPath): JsonObject {
  const pruned = prune(kind, object, [], path);
  return isObject(pruned) ? pruned : {};
}

function prune(kind: ResourceKind, value: Json, names: readonly string[], path: FieldPath): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (step.startsWith('f:') && isObject(value)) {
    const field = step.slice(2);
    const { [field]: part, ...others } = value;
    const left = part === undefined ? undefined : prune(kind, part, [...names, field], rest);
    return left === undefined ? others : { ...others, [field]: left };
  }
  if (!Array.isArray(value)) return value;
  const elements = [...(elementsOf(kind, value, names) ?? [])];
  return elements.flatMap(([at, element]) => (at === step ? (prune(kind, element, names, rest) ?? []) : element));
}

export function toFieldsV1(set: FieldSet): JsonObject {
  interface Tree {
    [step: string]: Tree;
  }
  const root: Tree = {};
  for (const path of set) {
    let tree = root;
    for (const step of path) {
      tree[step] ??= {};
      tree = tree[step];
    }
    if (path.at(-1)?.startsWith('k:')) tree['.'] = {};
  }
  return root;
}

export function fromFieldsV1(fields: JsonObject): FieldSet {
  return new FieldSet(branches(fields, []));
}

function* branches(tree: JsonObject, path: FieldPath): Generator<FieldPath> {
  const steps = Object.keys(tree);
  if (steps.length === 0 && path.length > 0) yield path;
  for (const step of steps) {
    const part = tree[step];
    if (step === '.') yield path;
    else if (isObject(part)) yield* branches(part, [...path, step]);
  }
}

/** `.spec.containers[name="x"].image`, as messages have it. */
export function fieldName(path: FieldPath): string {
  return path
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (!step.startsWith('k:')) return `[=${step.slice(2)}]`;
      const keys = Object.entries(JSON.parse(step.slice(2)) as JsonObject); // written above
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
