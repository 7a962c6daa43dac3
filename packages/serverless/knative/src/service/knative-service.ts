/** The parts of a Knative Service that we read and write. https://knative.dev/docs/serving/reference/serving-api/ */
export interface KnativeService {
  readonly apiVersion: 'serving.knative.dev/v1';
  readonly kind: 'Service';
  readonly metadata: ObjectMeta;
  readonly spec: ServiceSpec;
  readonly status?: ServiceStatus;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly resourceVersion?: string;
}

export interface ServiceSpec {
  readonly template: {
    readonly metadata: Pick<ObjectMeta, 'labels' | 'annotations'>;
    readonly spec: Readonly<Record<string, unknown>>;
  };
}

export interface ServiceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly latestCreatedRevisionName?: string;
  /** Where the service is reached from outside. */
  readonly url?: string;
  /** Where it is reached within the cluster. */
  readonly address?: { readonly url?: string };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

export type Readiness = 'ready' | 'failed' | 'pending';

/** Whether the service, as it was applied last, is ready. */
export function readinessOf({ metadata, status }: KnativeService): Readiness {
  const isCurrent = status?.observedGeneration !== undefined && status.observedGeneration === metadata.generation;
  if (!isCurrent) return 'pending';
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status;
  return ready === 'True' ? 'ready' : ready === 'False' ? 'failed' : 'pending';
}
