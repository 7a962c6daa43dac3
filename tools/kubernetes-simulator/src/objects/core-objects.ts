import type {
  V1ConfigMap,
  V1Deployment,
  V1JobSpec,
  V1JobStatus,
  V1NamespaceStatus,
  V1Node,
  V1PodSpec,
  V1PodStatus,
  V1ResourceQuota,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node';
import type { KubeObject } from './kube-object.ts';

/** Objects as they travel: the client's classes have dates where JSON has text. */
type Wire<Type> = Type extends Date
  ? string
  : Type extends readonly (infer Element)[]
    ? readonly Wire<Element>[]
    : Type extends object
      ? { readonly [Field in keyof Type]: Wire<Type[Field]> }
      : Type;

type Fields<Model extends object, Names extends keyof Model> = { readonly [Name in Names]?: Wire<Model[Name]> };

export type PodSpec = Wire<V1PodSpec>;
export type Container = PodSpec['containers'][number];
export type PodStatus = Wire<V1PodStatus>;
export type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];

export type Namespace = KubeObject & { readonly status?: Wire<V1NamespaceStatus> };
export type Node = KubeObject & Fields<V1Node, 'spec' | 'status'>;
export type Service = KubeObject & Fields<V1Service, 'spec' | 'status'>;
export type Secret = KubeObject & Fields<V1Secret, 'data' | 'stringData' | 'type'>;
export type ConfigMap = KubeObject & Fields<V1ConfigMap, 'data' | 'binaryData'>;
export type ResourceQuota = KubeObject & Fields<V1ResourceQuota, 'spec' | 'status'>;
export type Deployment = KubeObject & Fields<V1Deployment, 'spec' | 'status'>;

export type JobStatus = Wire<V1JobStatus>;

export interface Job extends KubeObject {
  readonly spec: Wire<V1JobSpec>;
  readonly status?: JobStatus;
}

export interface ServiceAccount extends KubeObject {
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec;
  readonly status?: PodStatus;
}

export interface Event extends KubeObject {
  readonly involvedObject: object;
  readonly reason: string;
  readonly message: string;
  readonly type: 'Normal' | 'Warning';
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  readonly source: { readonly component: string };
}
