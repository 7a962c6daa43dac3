import { randomBytes, randomUUID } from 'node:crypto';
import { alreadyExists, conflict, expired, notFound } from '../api/status-error.ts';
import { asJson, asKube, type KubeObject, type ObjectMeta, sameJson } from './kube-object.ts';
import { apiVersionOf, type ResourceKind } from './resource-kind.ts';

/** What happened to an object, and how it was before. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly kind: ResourceKind;
  readonly object: KubeObject;
  readonly previous?: KubeObject;
}

const KEPT_CHANGES = 5_000;
const NAME_BYTES = 5;

/** All objects of the cluster, in one order of changes: `resourceVersion` counts them. */
export class ObjectStore {
  readonly #objects = new Map<ResourceKind, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #changes: Change[] = [];
  /** Changes up to this one are forgotten. */
  #forgotten = 0;
  #version = 0;

  get version(): number {
    return this.#version;
  }

  find<Shape extends KubeObject>(kind: ResourceKind<Shape>, namespace: string, name: string): Shape | undefined {
    const found = this.#of(kind).get(`${namespace}/${name}`);
    return found === undefined ? undefined : asKube<Shape>(found);
  }

  /** @throws StatusError 404 when it is not there. */
  get<Shape extends KubeObject>(kind: ResourceKind<Shape>, namespace: string, name: string): Shape {
    const found = this.find(kind, namespace, name);
    if (found === undefined) throw notFound(kind, name);
    return found;
  }

  /** In the order of their keys; of all namespaces when none is given. */
  list<Shape extends KubeObject>(kind: ResourceKind<Shape>, namespace = ''): readonly Shape[] {
    const all = [...this.#of(kind)].filter(([key]) => namespace === '' || key.startsWith(`${namespace}/`));
    return all.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => asKube<Shape>(object));
  }

  /** @throws StatusError 409 when the name is taken. */
  create<Shape extends KubeObject>(kind: ResourceKind<Shape>, object: Shape): Shape {
    const named = withName(object);
    if (this.#of(kind).has(keyOf(named))) throw alreadyExists(kind, named.metadata.name);
    const { resourceVersion: _, ...metadata } = named.metadata;
    return this.#put('ADDED', kind, {
      ...named,
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: {
        ...metadata,
        uid: randomUUID(),
        creationTimestamp: now(),
        ...(named.spec !== undefined && { generation: 1 }),
      },
    });
  }

  /**
   * Replaces an object. A `resourceVersion` in it must be the stored one's; what only the server sets stays as it is. One that
   * is the same as before makes no change.
   * @throws StatusError 404 when there is none, 409 when it has changed since.
   */
  replace<Shape extends KubeObject>(kind: ResourceKind<Shape>, object: Shape): Shape {
    const { namespace = '', name } = object.metadata;
    const previous = this.get(kind, namespace, name);
    const given = object.metadata.resourceVersion;
    if (given !== undefined && given !== previous.metadata.resourceVersion) throw conflict(kind, name);
    const spec = (one: KubeObject) => {
      const { metadata: _, status: __, ...rest } = asJson(one);
      return rest;
    };
    const { uid, creationTimestamp, deletionTimestamp, resourceVersion, generation } = previous.metadata;
    const specified = generation !== undefined && !sameJson(spec(object), spec(previous));
    const metadata: ObjectMeta = {
      ...object.metadata,
      ...definedOnly({ uid, creationTimestamp, deletionTimestamp, resourceVersion }),
      ...(generation !== undefined && { generation: specified ? generation + 1 : generation }),
    };
    const next = { ...object, metadata };
    if (sameJson(withoutTimes(next), withoutTimes(previous))) return previous;
    if (deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0) return this.#remove(kind, next);
    return this.#put('MODIFIED', kind, next, previous);
  }

  /** Removes an object, or marks it for deletion while it has finalizers. */
  delete<Shape extends KubeObject>(kind: ResourceKind<Shape>, namespace: string, name: string): Shape {
    const previous = this.get(kind, namespace, name);
    const { finalizers = [], deletionTimestamp } = previous.metadata;
    if (finalizers.length === 0) return this.#remove(kind, previous);
    if (deletionTimestamp !== undefined) return previous;
    const metadata = { ...previous.metadata, deletionTimestamp: now(), deletionGracePeriodSeconds: 0 };
    return this.#put('MODIFIED', kind, { ...previous, metadata }, previous);
  }

  /** Sets a status, as a controller does: whatever else has changed. Nothing when the object is gone. */
  setStatus<Shape extends KubeObject>(kind: ResourceKind<Shape>, object: KubeObject, status: Shape['status']): void {
    const stored = this.find(kind, object.metadata.namespace ?? '', object.metadata.name);
    if (stored?.metadata.uid !== object.metadata.uid || stored === undefined) return;
    if (sameJson(stored.status, status)) return;
    this.#put('MODIFIED', kind, { ...stored, status }, stored);
  }

  /** @throws StatusError 410 when changes after this version are forgotten. */
  changesSince(version: number): readonly Change[] {
    if (version < this.#forgotten) throw expired(`too old resource version: ${version} (${this.#version})`);
    return this.#changes.filter((change) => change.version > version);
  }

  /** Forgets all changes so far, as etcd does every few minutes. */
  compact(): void {
    this.#changes = [];
    this.#forgotten = this.#version;
  }

  /** Tells of each change until the answer is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #remove<Shape extends KubeObject>(kind: ResourceKind<Shape>, previous: Shape): Shape {
    return this.#put('DELETED', kind, previous, previous);
  }

  #put<Shape extends KubeObject>(
    type: Change['type'],
    kind: ResourceKind<Shape>,
    object: Shape,
    previous?: Shape,
  ): Shape {
    const version = ++this.#version;
    const stored: Shape = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') this.#of(kind).delete(keyOf(stored));
    else this.#of(kind).set(keyOf(stored), stored);
    const change: Change = { type, version, kind, object: stored, ...(previous !== undefined && { previous }) };
    this.#changes.push(change);
    if (this.#changes.length > KEPT_CHANGES) this.#forgotten = this.#changes.shift()?.version ?? this.#forgotten;
    for (const listener of [...this.#listeners]) listener(change);
    return stored;
  }

  #of(kind: ResourceKind): Map<string, KubeObject> {
    let objects = this.#objects.get(kind);
    if (objects === undefined) {
      objects = new Map();
      this.#objects.set(kind, objects);
    }
    return objects;
  }
}

export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

function keyOf({ metadata: { namespace = '', name } }: KubeObject): string {
  return `${namespace}/${name}`;
}

function withName<Shape extends KubeObject>(object: Shape): Shape {
  const { name, generateName } = object.metadata;
  if ((name as string | undefined) || generateName === undefined) return object; // whoever asks for a name has none
  const random = randomBytes(NAME_BYTES).toString('hex').slice(0, NAME_BYTES);
  return { ...object, metadata: { ...object.metadata, name: `${generateName}${random}` } };
}

/** Who owned a field when is no change of the object. */
function withoutTimes(object: KubeObject): object {
  const { managedFields, ...metadata } = object.metadata;
  const fields = managedFields?.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...metadata, managedFields: fields } };
}

function definedOnly<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  }; // what is left is defined
}
