import { KINDS, NAMESPACES } from './kinds.ts';
import type { KubeObject } from './kube-object.ts';
import type { ObjectStore } from './object-store.ts';
import type { ResourceKind } from './resource-kind.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

const FOREGROUND = 'foregroundDeletion';

/** Deletes what belongs to something that is gone: by owner references, and what a namespace holds. */
export class GarbageCollector {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
    store.onChange((change) => {
      if (change.type !== 'DELETED') return;
      queueMicrotask(() => this.#collect(change.object));
    });
  }

  delete(kind: ResourceKind, { metadata }: KubeObject, propagation: Propagation): KubeObject {
    const { namespace = '', name } = metadata;
    if (kind === NAMESPACES) return this.#deleteNamespace(name);
    if (propagation === 'Orphan') this.#orphan(metadata.uid ?? '');
    if (propagation === 'Foreground' && this.#dependents(metadata.uid ?? '').length > 0) {
      const object = this.#store.get(kind, namespace, name);
      const finalizers = [...new Set([...(object.metadata.finalizers ?? []), FOREGROUND])];
      this.#store.replace(kind, { ...object, metadata: { ...object.metadata, finalizers } });
      const marked = this.#store.delete(kind, namespace, name);
      queueMicrotask(() => this.#finishForeground(kind, marked));
      return marked;
    }
    return this.#store.delete(kind, namespace, name);
  }

  #finishForeground(kind: ResourceKind, object: KubeObject): void {
    for (const [dependentKind, dependent] of this.#dependents(object.metadata.uid ?? ''))
      this.delete(dependentKind, dependent, 'Foreground');
    const { namespace = '', name } = object.metadata;
    const left = this.#store.find(kind, namespace, name);
    if (left === undefined) return;
    const finalizers = (left.metadata.finalizers ?? []).filter((one) => one !== FOREGROUND);
    this.#store.replace(kind, { ...left, metadata: { ...left.metadata, finalizers } });
  }

  #deleteNamespace(name: string): KubeObject {
    const namespace = this.#store.get(NAMESPACES, '', name);
    const metadata = { ...namespace.metadata, finalizers: ['kubernetes'] };
    this.#store.replace(NAMESPACES, { ...namespace, metadata, status: { phase: 'Terminating' } });
    const marked = this.#store.delete(NAMESPACES, '', name);
    queueMicrotask(() => {
      for (const kind of KINDS)
        if (kind.namespaced)
          for (const object of this.#store.list(kind, name)) this.#store.delete(kind, name, object.metadata.name);
      const left = this.#store.find(NAMESPACES, '', name);
      if (left !== undefined)
        this.#store.replace(NAMESPACES, { ...left, metadata: { ...left.metadata, finalizers: [] } });
    });
    return marked;
  }

  #collect(owner: KubeObject): void {
    for (const [kind, dependent] of this.#dependents(owner.metadata.uid ?? '')) {
      const owners = (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
      if (owners.length > 0)
        this.#store.replace(kind, { ...dependent, metadata: { ...dependent.metadata, ownerReferences: owners } });
      else this.#store.delete(kind, dependent.metadata.namespace ?? '', dependent.metadata.name);
    }
  }

  #orphan(uid: string): void {
    for (const [kind, dependent] of this.#dependents(uid)) {
      const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      this.#store.replace(kind, { ...dependent, metadata: { ...dependent.metadata, ownerReferences } });
    }
  }

  #dependents(uid: string): readonly (readonly [ResourceKind, KubeObject])[] {
    return KINDS.flatMap((kind) =>
      this.#store
        .list(kind)
        .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
        .map((object) => [kind, object] as const),
    );
  }
}
