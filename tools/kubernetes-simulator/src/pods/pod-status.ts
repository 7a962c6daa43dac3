import type { ContainerStatus, Pod, PodStatus } from '../objects/core-objects.ts';
import { now } from '../objects/object-store.ts';

export type ContainerState = NonNullable<ContainerStatus['state']>;

export interface PodFacts {
  readonly phase?: 'starting' | 'ready' | 'ended';
  readonly address?: string | undefined;
  readonly restarts?: number;
  readonly last?: ContainerState | undefined;
  /** Why no node will have it. */
  readonly unschedulable?: string;
}

/** The status of a pod with one container. */
export function podStatus(pod: Pod, state: ContainerState | undefined, facts: PodFacts): PodStatus {
  const ready = facts.phase === 'ready';
  const { unschedulable } = facts;
  const before = pod.status?.conditions ?? [];
  const condition = (type: string, holds: boolean, why: { reason?: string; message?: string } = {}) => {
    const status = holds ? 'True' : 'False';
    const old = before.find((one) => one.type === type);
    return {
      type,
      status,
      lastTransitionTime: old?.status === status ? (old.lastTransitionTime ?? now()) : now(),
      ...why,
    };
  };
  const notReady = { reason: 'ContainersNotReady', message: `containers with unready status: [${names(pod)}]` };
  const scheduledWhy = unschedulable === undefined ? {} : { reason: 'Unschedulable', message: unschedulable };
  const address = facts.address ?? pod.status?.podIP;
  return {
    phase: phaseOf(state, facts),
    conditions: [
      condition('PodScheduled', unschedulable === undefined, scheduledWhy),
      condition('Initialized', unschedulable === undefined),
      condition('ContainersReady', ready, ready ? {} : notReady),
      condition('Ready', ready, ready ? {} : notReady),
    ],
    startTime: pod.status?.startTime ?? now(),
    qosClass: 'Burstable',
    ...(address !== undefined && { podIP: address, podIPs: [{ ip: address }], hostIP: '127.0.0.1' }),
    ...(state !== undefined && { containerStatuses: [containerStatus(pod, state, facts)] }),
  };
}

function containerStatus(pod: Pod, state: ContainerState, facts: PodFacts): ContainerStatus {
  const [container] = pod.spec.containers;
  const image = container?.image ?? '';
  return {
    name: container?.name ?? '',
    image,
    imageID: image.includes('@') ? image : '',
    ready: facts.phase === 'ready',
    started: state.running !== undefined,
    restartCount: facts.restarts ?? 0,
    state,
    lastState: facts.last ?? {},
  };
}

function phaseOf(state: ContainerState | undefined, { phase, restarts = 0 }: PodFacts): string {
  if (phase === 'ended') return state?.terminated?.exitCode === 0 ? 'Succeeded' : 'Failed';
  return state?.running !== undefined || restarts > 0 || state?.terminated !== undefined ? 'Running' : 'Pending';
}

function names(pod: Pod): string {
  return pod.spec.containers.map(({ name }) => name).join(' ');
}
