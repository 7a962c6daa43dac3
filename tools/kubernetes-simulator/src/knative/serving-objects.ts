import type { PodSpec } from '../objects/core-objects.ts';
import type { KubeObject, ObjectMeta } from '../objects/kube-object.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly severity?: string;
  readonly lastTransitionTime: string;
}

export type RevisionSpec = PodSpec & {
  readonly containerConcurrency?: number;
  readonly timeoutSeconds?: number;
  readonly responseStartTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
};

export interface RevisionTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: RevisionSpec;
}

export interface TrafficTarget {
  readonly tag?: string;
  readonly revisionName?: string;
  readonly configurationName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly url?: string;
}

interface StatusBase {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
}

export interface ConfigurationStatus extends StatusBase {
  readonly latestCreatedRevisionName?: string;
  readonly latestReadyRevisionName?: string;
}

export interface RouteStatus extends StatusBase {
  readonly url?: string;
  readonly address?: { readonly url: string };
  readonly traffic?: readonly TrafficTarget[];
}

export interface RevisionStatus extends StatusBase {
  readonly containerStatuses?: readonly { readonly name: string; readonly imageDigest?: string }[];
  readonly actualReplicas?: number;
  readonly desiredReplicas?: number;
}

export interface KnativeService extends KubeObject {
  readonly spec: { readonly template: RevisionTemplate; readonly traffic?: readonly TrafficTarget[] };
  readonly status?: ConfigurationStatus & RouteStatus;
}

export interface Configuration extends KubeObject {
  readonly spec: { readonly template: RevisionTemplate };
  readonly status?: ConfigurationStatus;
}

export interface Route extends KubeObject {
  readonly spec: { readonly traffic?: readonly TrafficTarget[] };
  readonly status?: RouteStatus;
}

export interface Revision extends KubeObject {
  readonly spec: RevisionSpec;
  readonly status?: RevisionStatus;
}
