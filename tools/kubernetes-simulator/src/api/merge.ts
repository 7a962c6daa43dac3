import { elementsOf, type FieldPath, withoutPath } from '../objects/field-set.ts';
import { isObject, type Json, type JsonObject } from '../objects/kube-object.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';

/** RFC 7386: null removes, objects are merged, all else replaces. */
export function mergePatched(value: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json | undefined> = isObject(value) ? { ...value } : {};
  for (const [field, part] of Object.entries(patch)) {
    if (part === null || part === undefined) delete merged[field];
    else merged[field] = mergePatched(merged[field], part);
  }
  return merged;
}

/** What was applied, laid over what is there: lists with keys are merged by them. */
export function applied(
  kind: ResourceKind,
  live: JsonObject,
  config: JsonObject,
  removed: readonly FieldPath[],
): JsonObject {
  let base = live;
  for (const path of removed) base = withoutPath(kind, base, path);
  return overlay(kind, base, config, []) as JsonObject; // of two objects
}

function overlay(kind: ResourceKind, live: Json | undefined, config: Json, names: readonly string[]): Json {
  if (isObject(live) && isObject(config)) {
    const merged: Record<string, Json | undefined> = { ...live };
    for (const [field, part] of Object.entries(config))
      if (part !== undefined) merged[field] = overlay(kind, merged[field], part, [...names, field]);
    return merged;
  }
  if (!Array.isArray(live) || !Array.isArray(config)) return config;
  const [old, fresh] = [elementsOf(kind, live, names), elementsOf(kind, config, names)];
  if (old === undefined || fresh === undefined) return config;
  const kept = [...old].map(([key, element]) => {
    const given = fresh.get(key);
    return given === undefined ? element : overlay(kind, element, given, names);
  });
  return [...kept, ...[...fresh].filter(([key]) => !old.has(key)).map(([, element]) => element)];
}

/** A strategic merge patch: as a merge patch, but lists with keys are merged, and `$patch` tells what to do with an element. */
export function strategicallyMerged(
  kind: ResourceKind,
  value: Json | undefined,
  patch: Json,
  names: readonly string[] = [],
): Json | undefined {
  if (Array.isArray(patch)) return mergedList(kind, Array.isArray(value) ? value : [], patch, names);
  if (!isObject(patch)) return patch;
  if (patch['$patch'] === 'delete') return undefined;
  const { $patch, $retainKeys, ...fields } = patch;
  let merged: Record<string, Json | undefined> = isObject(value) && $patch !== 'replace' ? { ...value } : {};
  if (Array.isArray($retainKeys))
    merged = Object.fromEntries(Object.entries(merged).filter(([field]) => $retainKeys.includes(field)));
  for (const [field, part] of Object.entries(fields)) {
    if (field.startsWith('$setElementOrder/') || part === undefined) continue;
    const deleted = /^\$deleteFromPrimitiveList\/(.+)$/.exec(field)?.[1];
    if (deleted !== undefined) {
      const list = merged[deleted];
      if (Array.isArray(list) && Array.isArray(part)) merged[deleted] = list.filter((one) => !part.includes(one));
    } else if (part === null) delete merged[field];
    else merged[field] = strategicallyMerged(kind, merged[field], part, [...names, field]);
  }
  return merged;
}

function mergedList(kind: ResourceKind, list: readonly Json[], patch: readonly Json[], names: readonly string[]): Json {
  if (patch.some((one) => isObject(one) && one['$patch'] === 'replace'))
    return patch.filter((one) => !(isObject(one) && one['$patch'] === 'replace'));
  const [old, fresh] = [elementsOf(kind, list, names), elementsOf(kind, patch, names)];
  if (old === undefined || fresh === undefined) return patch;
  const kept = [...old].flatMap(([key, element]) => {
    const given = fresh.get(key);
    return given === undefined ? element : (strategicallyMerged(kind, element, given, names) ?? []);
  });
  const added = [...fresh].filter(([key, one]) => !old.has(key) && !(isObject(one) && one['$patch'] === 'delete'));
  return [...kept, ...added.map(([, element]) => element)];
}
