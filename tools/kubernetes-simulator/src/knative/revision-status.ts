import type { Pod } from '../objects/core-objects.ts';
import { failed, TRUE, unknown, type Verdict } from './conditions.ts';

/** How it stands with what a revision needs. */
export interface RevisionVerdicts {
  readonly ContainerHealthy: Verdict;
  readonly ResourcesAvailable: Verdict;
}

export interface RevisionFacts {
  readonly pods: readonly Pod[];
  /** Whether as many pods as were to be at first have been ready. */
  readonly achieved: boolean;
  /** Whether the time for that is over. */
  readonly expired: boolean;
  /** Why the image cannot be had. */
  readonly imageProblem: string | undefined;
  /** Why the API refuses pods. */
  readonly createProblem: string | undefined;
}

const DEPLOYING = unknown('Deploying');
const DEADLINE = failed('ProgressDeadlineExceeded', 'Initial scale was never achieved');

/** The reasons in the words of Knative's revision controller. */
export function revisionVerdicts(facts: RevisionFacts): RevisionVerdicts {
  const { pods, achieved, expired, imageProblem, createProblem } = facts;
  if (achieved) return { ContainerHealthy: TRUE, ResourcesAvailable: TRUE };
  if (imageProblem !== undefined)
    return { ContainerHealthy: failed('ContainerMissing', imageProblem), ResourcesAvailable: DEPLOYING };
  const ended = pods.map(endOf).find((end) => end !== undefined);
  const ContainerHealthy =
    ended === undefined
      ? DEPLOYING
      : failed(`ExitCode${ended.exitCode}`, `Container failed with: ${ended.message ?? ''}`);
  return { ContainerHealthy, ResourcesAvailable: resources() };

  function resources(): Verdict {
    if (createProblem !== undefined) return failed('FailedCreate', createProblem);
    const unschedulable = pods
      .flatMap(({ status }) => status?.conditions ?? [])
      .find(({ type, status }) => type === 'PodScheduled' && status === 'False');
    if (unschedulable !== undefined)
      return failed(unschedulable.reason ?? 'Unschedulable', unschedulable.message ?? '');
    if (!expired) return DEPLOYING;
    const waiting = pods.map(({ status }) => status?.containerStatuses?.[0]?.state?.waiting).find(Boolean);
    const { reason = 'ContainerCreating', message = '' } = waiting ?? {};
    return reason === 'ContainerCreating' || reason === 'CrashLoopBackOff' ? DEADLINE : failed(reason, message);
  }
}

function endOf({ status }: Pod): { readonly exitCode: number; readonly message?: string } | undefined {
  const [container] = status?.containerStatuses ?? [];
  return container?.state?.terminated ?? container?.lastState?.terminated;
}
