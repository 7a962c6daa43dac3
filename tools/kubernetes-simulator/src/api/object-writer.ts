import { NAMESPACES } from '../objects/kinds.ts';
import { asJson, asKube, at, isObject, type JsonObject, type KubeObject } from '../objects/kube-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { apiVersionOf, type ResourceKind } from '../objects/resource-kind.ts';
import { checkObject } from '../validation/check-object.ts';
import { withoutUnknownFields } from '../validation/known-fields.ts';
import type { Admission } from './admission.ts';
import { type FieldManager, ownApplied, ownChanges } from './managed-fields.ts';
import { applied } from './merge.ts';
import type { RequestTarget } from './request-target.ts';
import { badRequest, conflict, forbidden, notFound } from './status-error.ts';
import type { WriteOptions } from './write-options.ts';

export interface Write {
  readonly target: RequestTarget;
  readonly options: WriteOptions;
  readonly user: string;
  /** Told to the client with the answer. */
  readonly warn: (warning: string) => void;
}

/** Makes the changes that clients ask for, after all checks. */
export class ObjectWriter {
  readonly #store: ObjectStore;
  readonly #admissions: readonly Admission[];

  constructor(store: ObjectStore, admissions: readonly Admission[]) {
    this.#store = store;
    this.#admissions = admissions;
  }

  create(write: Write, body: JsonObject): KubeObject {
    const object = this.#decoded(write, body);
    const { managedFields: _, ...metadata } = object.metadata;
    return this.#insert(write, { ...object, metadata }, 'Update');
  }

  replace(write: Write, body: JsonObject): KubeObject {
    const { kind, namespace, name } = write.target;
    const previous = this.#store.get(kind, namespace, name);
    const object = this.#decoded(write, body);
    if (object.metadata.name !== name) {
      const why = `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`;
      throw badRequest(why);
    }
    return this.#update(write, previous, asJson(object));
  }

  /** With what a patch made of the object. */
  patch(write: Write, patched: (previous: JsonObject) => JsonObject): KubeObject {
    const { kind, namespace, name } = write.target;
    const previous = this.#store.get(kind, namespace, name);
    return this.#update(write, previous, asJson(this.#decoded(write, patched(asJson(previous)))));
  }

  /** Server-side apply: creates what is not there. `mayCreate` refuses who may not. */
  apply(write: Write, body: JsonObject, mayCreate: () => void): KubeObject {
    const { kind, namespace, name, subresource } = write.target;
    if (at(body, 'metadata', 'managedFields') !== undefined) throw badRequest('metadata.managedFields must be nil');
    const config = this.#decoded(write, body);
    if (config.metadata.name !== name) {
      const why = `metadata.name: Invalid value: "${config.metadata.name}": does not match the name on the URL (${name})`;
      throw badRequest(why);
    }
    const live = this.#store.find(kind, namespace, name);
    const given = config.metadata.resourceVersion;
    if (live === undefined) {
      if (given !== undefined) throw conflict(kind, name);
      mayCreate();
      return this.#insert(write, config, 'Apply');
    }
    if (given !== undefined && given !== live.metadata.resourceVersion) throw conflict(kind, name);
    const manager = managerOf(write, 'Apply');
    const { managedFields: entries = [], ...metadata } = live.metadata;
    const base = asJson({ ...live, metadata });
    const wanted = asJson(subresource === 'status' ? config : withoutStatus(kind, config));
    const owned = ownApplied(kind, base, wanted, entries, manager, write.options.force);
    const merged = applied(kind, base, wanted, owned.removed);
    return this.#update(write, live, asJson(withEntries(asKube(merged), owned.entries)), true);
  }

  #insert(write: Write, object: KubeObject, operation: FieldManager['operation']): KubeObject {
    const { kind, namespace } = write.target;
    if (kind.namespaced) this.#assertNamespace(kind, namespace, object.metadata.name);
    const fresh = asJson(withoutStatus(kind, object));
    const completed = this.#completed(write, fresh, undefined);
    // A name that is yet to be made up is checked as what it will be like.
    const named = at(completed, 'metadata', 'name') === undefined ? withGeneratedName(completed) : completed;
    const checked = checkObject(kind, named);
    this.#assertAdmitted(write, checked, undefined);
    const nobodys = { apiVersion: '', kind: '' };
    const entries = ownChanges(kind, nobodys, operation === 'Apply' ? fresh : named, [], managerOf(write, operation));
    const owned = withEntries(asKube(completed), entries);
    if (!write.options.dryRun) return this.#store.create(kind, owned);
    if (this.#store.find(kind, namespace, checked.metadata.name) !== undefined)
      return this.#store.create(kind, checked);
    return { ...owned, metadata: { ...owned.metadata, name: checked.metadata.name, uid: '' } };
  }

  /** `owned`: its managed fields are settled already. */
  #update(write: Write, previous: KubeObject, next: JsonObject, owned = false): KubeObject {
    const { kind, namespace, name, subresource } = write.target;
    const given = at(next, 'metadata', 'resourceVersion');
    const { resourceVersion } = previous.metadata;
    if (given !== undefined && given !== resourceVersion) throw conflict(kind, name);
    const { uid } = previous.metadata;
    if ((at(next, 'metadata', 'uid') ?? uid) !== uid) throw conflict(kind, name);
    const merged: KubeObject =
      subresource === 'status'
        ? { ...previous, status: asKube(next).status ?? {} }
        : { ...asKube(next), ...(kind.hasStatus && { status: previous.status }) };
    const metadata = { ...merged.metadata, ...(kind.namespaced && { namespace }) };
    const completed = this.#completed(write, definedOnly({ ...merged, metadata }), previous);
    const checked = checkObject(kind, completed);
    this.#assertAdmitted(write, checked, previous);
    const { managedFields: entries = [] } = owned ? checked.metadata : previous.metadata;
    const settled = owned
      ? entries
      : ownChanges(kind, asJson(previous), asJson(checked), entries, managerOf(write, 'Update'));
    const result = withEntries(checked, settled);
    if (write.options.dryRun) return result;
    return this.#store.replace(kind, result);
  }

  /** What was sent, as an object of the kind that the path names. */
  #decoded({ target: { kind, namespace, name }, options, warn }: Write, body: JsonObject): KubeObject {
    const [apiVersion, is] = [body['apiVersion'] ?? apiVersionOf(kind), body['kind'] ?? kind.kind];
    if (apiVersion !== apiVersionOf(kind)) {
      const why = `the API version in the data (${String(apiVersion)}) does not match the expected API version (${apiVersionOf(kind)})`;
      throw badRequest(why);
    }
    const cannot = `${String(is)} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
    if (is !== kind.kind)
      throw badRequest(`${cannot}: converting (${String(is)}) to (${kind.kind}): unknown conversion`);
    const { object, unknown } = withoutUnknownFields(kind, body);
    const told = unknown.map((field) => `unknown field "${field}"`);
    if (told.length > 0 && options.fieldValidation === 'Strict')
      throw badRequest(`${cannot}: strict decoding error: ${told.join(', ')}`);
    if (options.fieldValidation === 'Warn') for (const warning of told) warn(warning);
    const metadata = object['metadata'] ?? {};
    if (!isObject(metadata)) throw badRequest(`${cannot}: json: cannot unmarshal ${typeof metadata} into metadata`);
    const sent = metadata['namespace'];
    if (kind.namespaced && sent !== undefined && sent !== '' && sent !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    if (kind.custom && metadata['name'] === undefined && metadata['generateName'] === undefined && name === '')
      throw badRequest('name or generateName is required');
    return asKube({
      ...object,
      apiVersion,
      kind: is,
      metadata: { ...metadata, ...(kind.namespaced && { namespace }) },
    });
  }

  #completed(write: Write, object: JsonObject, previous: KubeObject | undefined): JsonObject {
    const { target, user } = write;
    const request = { kind: target.kind, namespace: target.namespace, user, previous };
    return this.#admissions.reduce((one, { complete }) => complete?.(request, one) ?? one, object);
  }

  #assertAdmitted({ target, user }: Write, object: KubeObject, previous: KubeObject | undefined): void {
    const request = { kind: target.kind, namespace: target.namespace, user, previous };
    for (const { assert } of this.#admissions) assert?.(request, object);
  }

  #assertNamespace(kind: ResourceKind, namespace: string, name: string): void {
    const found = this.#store.find(NAMESPACES, '', namespace);
    if (found === undefined) throw notFound(NAMESPACES, namespace);
    if (found.metadata.deletionTimestamp !== undefined)
      throw forbidden(
        kind,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
  }
}

function managerOf({ options, target }: Write, operation: FieldManager['operation']): FieldManager {
  return { name: options.fieldManager, operation, subresource: target.subresource || undefined };
}

function withEntries(object: KubeObject, entries: KubeObject['metadata']['managedFields'] = []): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

function withoutStatus(kind: ResourceKind, object: KubeObject): KubeObject {
  if (!kind.hasStatus) return object;
  const { status: _, ...rest } = object;
  return rest;
}

function withGeneratedName(object: JsonObject): JsonObject {
  const metadata = object['metadata'];
  const prefix = at(metadata, 'generateName');
  if (!isObject(metadata) || typeof prefix !== 'string') return object;
  return { ...object, metadata: { ...metadata, name: `${prefix}00000` } };
}

function definedOnly(object: KubeObject): JsonObject {
  return Object.fromEntries(Object.entries(asJson(object)).filter(([, value]) => value !== undefined));
}
