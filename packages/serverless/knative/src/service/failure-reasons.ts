import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../cluster/cluster.ts';
import type { Condition, KnativeService } from './knative-service.ts';

/** Why a service does not become ready. */
export interface FailureReasons {
  /** In the words of the cluster, what says most first. */
  readonly lines: readonly string[];
  /** Whether waiting will not help: the image cannot be pulled, the program ends. */
  readonly final: boolean;
  /** Whether it may be well later whatever Knative says of it: nodes are added to clusters that scale. */
  readonly passing: boolean;
}

/** States that a container does not get out of by itself. */
const FINAL_STATES = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
]);

/** Asks pods, revision and service. What may not be read says nothing. */
export async function failureReasons(cluster: Cluster, service: KnativeService): Promise<FailureReasons> {
  const { name } = service.metadata;
  const revision = service.status?.latestCreatedRevisionName;
  const [pods, found] = await Promise.all([
    cluster.listPods(`serving.knative.dev/service=${name}`).catch(() => []),
    revision === undefined ? undefined : cluster.findRevision(revision).catch(() => undefined),
  ]);
  const ofPods = pods.filter((pod) => isOf(pod, revision)).map(podReasons);
  const lines = [
    ...ofPods.flatMap((reasons) => reasons.lines),
    ...conditionLines(found?.status?.conditions),
    ...conditionLines(service.status?.conditions),
  ];
  return {
    lines: [...new Set(lines)].slice(0, 6),
    final: ofPods.some(({ final }) => final),
    passing: ofPods.some(({ passing }) => passing),
  };
}

function isOf({ metadata }: V1Pod, revision: string | undefined): boolean {
  return revision === undefined || metadata?.labels?.['serving.knative.dev/revision'] === revision;
}

function podReasons({ metadata, status }: V1Pod): FailureReasons {
  const containers = (status?.containerStatuses ?? []).flatMap(containerReason);
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const unscheduled =
    scheduled?.status === 'False' ? [`pod ${metadata?.name}: ${scheduled.reason}: ${scheduled.message}`] : [];
  return {
    lines: [...containers.map(({ line }) => `pod ${metadata?.name}: ${line}`), ...unscheduled],
    final: containers.some(({ final }) => final),
    passing: unscheduled.length > 0,
  };
}

function containerReason({ name, state, lastState }: V1ContainerStatus): { line: string; final: boolean }[] {
  const { waiting, terminated = lastState?.terminated } = state ?? {};
  const final = waiting?.reason !== undefined && FINAL_STATES.has(waiting.reason);
  const ended = terminated === undefined ? '' : `; it ended with ${endOf(terminated)}`;
  if (waiting?.reason === undefined || waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing')
    return ended === '' || terminated?.exitCode === 0
      ? []
      : [{ line: `container ${name}${ended.replace('; it', '')}`, final }];
  const message = waiting.message === undefined ? '' : `: ${waiting.message}`;
  return [{ line: `container ${name} is in ${waiting.reason}${message}${ended}`, final }];
}

function endOf({ exitCode, reason, message }: { exitCode: number; reason?: string; message?: string }): string {
  const why = [reason, message?.trim()].filter((each) => each !== undefined && each !== '').join(': ');
  return `exit code ${exitCode}${why === '' ? '' : ` (${why})`}`;
}

function conditionLines(conditions: readonly Condition[] = []): string[] {
  return conditions
    .filter(({ status, message }) => status !== 'True' && message !== undefined && message !== '')
    .map(({ type, reason, message }) => `${type}: ${reason === undefined ? '' : `${reason}: `}${message}`);
}
