import type { JsonObject, KubeObject } from '../objects/kube-object.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';

/** A change that is about to be made. */
export interface AdmissionRequest {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly user: string;
  /** Before the change; undefined for a new object. */
  readonly previous: KubeObject | undefined;
}

/** Looks at objects before they are stored, as admission plugins and webhooks do. */
export interface Admission {
  /** Sets what was left out. */
  readonly complete?: (request: AdmissionRequest, object: JsonObject) => JsonObject;
  /** @throws StatusError when it is not to be. */
  readonly assert?: (request: AdmissionRequest, object: KubeObject) => void;
}
