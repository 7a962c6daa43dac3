import { KINDS } from '../objects/kinds.ts';
import { apiVersionOf, type ResourceKind } from '../objects/resource-kind.ts';

const ROOT = '/openapi/v3';

/**
 * What `kubectl` asks before it changes anything: whether the server checks fields itself. The schemas themselves are not told.
 * Undefined for a path that is none of OpenAPI's.
 */
export function openApi(path: string): object | undefined {
  const groups = [...new Set(KINDS.map(groupPath))];
  if (path === ROOT)
    return {
      paths: Object.fromEntries(groups.map((group) => [group, { serverRelativeURL: `${ROOT}/${group}?hash=1` }])),
    };
  const kinds = KINDS.filter((kind) => `${ROOT}/${groupPath(kind)}` === path);
  if (kinds.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.34.1' },
    paths: Object.fromEntries(kinds.map((kind) => [objectPath(kind), { patch: patchOf(kind) }])),
  };
}

function groupPath(kind: ResourceKind): string {
  return kind.group === '' ? 'api/v1' : `apis/${apiVersionOf(kind)}`;
}

function objectPath(kind: ResourceKind): string {
  return `/${groupPath(kind)}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}/{name}`;
}

function patchOf({ group, version, kind }: ResourceKind): object {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  }));
  return {
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
