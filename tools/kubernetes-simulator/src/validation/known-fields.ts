import * as client from '@kubernetes/client-node';
import { isObject, type Json, type JsonObject } from '../objects/kube-object.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';
import { SERVING_FIELDS } from './serving-fields.ts';

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

interface ModelWithFields {
  getAttributeTypeMap(): readonly Attribute[];
}

/** A type by name: fields of its own, or those of the API's OpenAPI, of which the client's classes are made. */
type FieldTypes = ReadonlyMap<string, string>;

const GROUP_PREFIX: Readonly<Record<string, string>> = { Event: 'CoreV1Event' };

/** Where an object has fields that its kind does not know, as `spec.template.sepc`; and the object without them. */
export function withoutUnknownFields(
  kind: ResourceKind,
  object: JsonObject,
): { readonly object: JsonObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const type = kind.custom ? `Serving${kind.kind}` : (GROUP_PREFIX[kind.kind] ?? `V1${kind.kind}`);
  const pruned = prune(object, type, '', unknown);
  return { object: isObject(pruned) ? pruned : {}, unknown };
}

function prune(value: Json, type: string, path: string, unknown: string[]): Json {
  const element = /^Array<(.+)>$/.exec(type)?.[1];
  if (element !== undefined)
    return Array.isArray(value)
      ? value.map((one: Json, index) => prune(one, element, `${path}[${index}]`, unknown))
      : value;
  const values = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (!isObject(value)) return value;
  if (values !== undefined)
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        one === undefined ? one : prune(one, values, `${path}.${key}`, unknown),
      ]),
    );
  const fields = fieldsOfType(type);
  if (fields === undefined) return value;
  const known: Record<string, Json> = {};
  for (const [field, part] of Object.entries(value)) {
    const at = path === '' ? field : `${path}.${field}`;
    const fieldType = fields.get(field);
    if (fieldType === undefined) unknown.push(at);
    else if (part !== undefined) known[field] = prune(part, fieldType, at, unknown);
  }
  return known;
}

/** Undefined for what is no structure: numbers, dates, and what may be anything. */
function fieldsOfType(type: string): FieldTypes | undefined {
  const own = SERVING_FIELDS[type];
  if (own !== undefined) return new Map(Object.entries(own));
  const model: unknown = Reflect.get(client, type);
  if (!hasFields(model)) return undefined;
  return new Map(model.getAttributeTypeMap().map(({ baseName, type: fieldType }) => [baseName, fieldType]));
}

function hasFields(model: unknown): model is ModelWithFields {
  return typeof model === 'function' && 'getAttributeTypeMap' in model;
}
