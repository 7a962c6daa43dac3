import patches from 'fast-json-patch';
import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from '../objects/kube-object.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';
import { mergePatched, strategicallyMerged } from './merge.ts';
import { badRequest, StatusError } from './status-error.ts';

const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

/** What is to be done with an object. */
export type PatchBody = { readonly apply: JsonObject } | { readonly patched: (previous: JsonObject) => JsonObject };

/** Of the content of a PATCH. @throws StatusError 415 for a type of patch that the kind does not take, 400 for what is none. */
export function patchBody(kind: ResourceKind, contentType: string, text: string): PatchBody {
  const type = contentType.split(';')[0]?.trim() ?? '';
  const known = [JSON_PATCH, MERGE, ...(kind.custom ? [] : [STRATEGIC]), APPLY];
  if (!known.includes(type)) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`;
    throw new StatusError(415, 'UnsupportedMediaType', message);
  }
  const body = decoded(text);
  if (type === JSON_PATCH) return { patched: (previous) => jsonPatched(previous, body) };
  if (!isObject(body)) throw badRequest(`error decoding patch: json: cannot unmarshal ${typeof body} into an object`);
  if (type === APPLY) return { apply: body };
  if (type === MERGE) return { patched: (previous) => objectOf(mergePatched(previous, body)) };
  return { patched: (previous) => objectOf(strategicallyMerged(kind, previous, body)) };
}

/** JSON is YAML. @throws StatusError 400. */
export function decoded(text: string): Json {
  try {
    return (text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text)) as Json; // what both read
  } catch (error) {
    throw badRequest(`error decoding request body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function jsonPatched(previous: JsonObject, operations: Json): JsonObject {
  if (!Array.isArray(operations)) throw badRequest('error decoding patch: json: cannot unmarshal object into a list');
  const wrong = patches.validate(operations);
  if (wrong?.name !== undefined && wrong.name !== 'TEST_OPERATION_FAILED') throw badRequest(wrong.message);
  try {
    return objectOf(patches.applyPatch(structuredClone(previous), operations, true).newDocument as Json);
  } catch (error) {
    const message = `the server rejected our request due to an error in our request: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
    throw new StatusError(422, 'Invalid', message);
  }
}

function objectOf(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw badRequest('the patch leaves no object');
  return value;
}
