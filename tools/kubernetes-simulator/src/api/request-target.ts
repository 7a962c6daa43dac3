import { KINDS, NAMESPACES } from '../objects/kinds.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';

/** What a request's path names: a list when there is no name. */
export interface RequestTarget {
  readonly kind: ResourceKind;
  /** Empty for all namespaces, and for kinds that are in none. */
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

const PATH =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/;

/** Undefined for a path that names nothing that the cluster knows. */
export function requestTarget(path: string): RequestTarget | undefined {
  const namespaces = /^\/api\/v1\/namespaces(?:\/(?<name>[^/]+)(?:\/(?<subresource>status|finalize))?)?$/.exec(path);
  if (namespaces !== null) {
    const { name = '', subresource = '' } = namespaces.groups ?? {};
    return { kind: NAMESPACES, namespace: '', name: decodeURIComponent(name), subresource };
  }
  const { group = '', namespace = '', plural, name = '', subresource = '', version } = PATH.exec(path)?.groups ?? {};
  const kind = KINDS.find((one) => one.group === group && one.plural === plural);
  if (kind === undefined || (version ?? 'v1') !== kind.version) return undefined;
  if (kind.namespaced ? namespace === '' && name !== '' : namespace !== '') return undefined;
  if (
    subresource !== '' &&
    !(subresource === 'status' && kind.hasStatus) &&
    !(subresource === 'log' && kind.kind === 'Pod')
  )
    return undefined;
  return { kind, namespace: decodeURIComponent(namespace), name: decodeURIComponent(name), subresource };
}
