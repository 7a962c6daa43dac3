import type { JsonObject, KubeObject } from './kube-object.ts';

/** What a schema complains of, as ajv has it. */
export interface SchemaComplaint {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** A class of kubernetes-models, generated from the official schema. */
export interface ModelClass {
  new (data?: never): { validate(): void };
}

/** A type of objects; `Shape` is what its schema lets through. */
export interface ResourceKind<Shape extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  /** Of a CRD: no strategic merge patch, lists are atomic, and another wording of refusals. */
  readonly custom: boolean;
  readonly categories: readonly string[];
  readonly model: ModelClass;
  /** Only in types. */
  readonly shape?: Shape;
}

export function apiVersionOf({ group, version }: ResourceKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** What the official schema has against an object; empty when nothing. */
export function schemaComplaints(kind: ResourceKind, object: JsonObject): readonly SchemaComplaint[] {
  const model = new kind.model(object as never); // unchecked is what it is to check
  try {
    model.validate();
    return [];
  } catch (error) {
    if (error instanceof Error && 'errors' in error) return error.errors as readonly SchemaComplaint[]; // ajv's
    throw error;
  }
}
