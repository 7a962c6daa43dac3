import { type KubeObject, type ObjectMeta, type OwnerReference, sameJson } from '../objects/kube-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';

export function ownedBy({ apiVersion, kind, metadata: { name, uid = '' } }: KubeObject): readonly OwnerReference[] {
  return [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }];
}

/** Makes what a controller wants to be there, or brings its labels, annotations and spec up to date. */
export function ensure<Shape extends KubeObject>(
  store: ObjectStore,
  kind: ResourceKind<Shape>,
  wanted: Shape & { readonly metadata: ObjectMeta },
): Shape {
  const { namespace = '', name } = wanted.metadata;
  const found = store.find(kind, namespace, name);
  if (found === undefined) return store.create(kind, wanted);
  const { labels = {}, annotations = {} } = wanted.metadata;
  if (sameJson(found.spec, wanted.spec) && sameJson(found.metadata.labels, labels)) return found;
  return store.replace(kind, { ...found, metadata: { ...found.metadata, labels, annotations }, spec: wanted.spec });
}
