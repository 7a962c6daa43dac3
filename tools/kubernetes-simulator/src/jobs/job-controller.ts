import { StatusError } from '../api/status-error.ts';
import { ownedBy } from '../knative/owned-object.ts';
import type { Job, JobStatus, Pod } from '../objects/core-objects.ts';
import { JOBS, PODS } from '../objects/kinds.ts';
import { now, type ObjectStore } from '../objects/object-store.ts';
import { recordEvent } from '../pods/events.ts';
import { assertAdmitted } from '../pods/pod-admission.ts';

interface JobEnd {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const INDEX = 'batch.kubernetes.io/job-completion-index';
const JOB_UID = 'batch.kubernetes.io/controller-uid';
const LOOK_AGAIN_MS = 200;

/** Starts the pods of Jobs, again when they fail, and tells how far each has come. */
export class JobController {
  readonly #store: ObjectStore;
  readonly #restartMs: number;
  readonly #stop: () => void;
  readonly #ticks: NodeJS.Timeout;
  #due = false;

  /** After a failure a job waits `restartMs` for its next pod, and twice as long after each one more. */
  constructor(store: ObjectStore, restartMs: number) {
    this.#store = store;
    this.#restartMs = restartMs;
    this.#stop = store.onChange(({ kind }) => {
      if (kind === JOBS || kind === PODS) this.#reconcileSoon();
    });
    this.#ticks = setInterval(() => this.#reconcileSoon(), LOOK_AGAIN_MS);
  }

  [Symbol.dispose](): void {
    this.#stop();
    clearInterval(this.#ticks);
  }

  #reconcileSoon(): void {
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      for (const job of this.#store.list(JOBS)) this.#reconcile(job);
    });
  }

  #reconcile(job: Job): void {
    const { ttlSecondsAfterFinished, suspend = false } = job.spec;
    const ended = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
    if (ended !== undefined) {
      const since = Date.now() - Date.parse(ended.lastTransitionTime ?? '');
      if (ttlSecondsAfterFinished !== undefined && since >= ttlSecondsAfterFinished * 1_000)
        this.#store.delete(JOBS, job.metadata.namespace ?? '', job.metadata.name);
      return;
    }
    const pods = this.#pods(job);
    const active = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    const verdict = this.#verdict(job, pods);
    if (verdict !== undefined || suspend)
      for (const pod of active) this.#store.delete(PODS, pod.metadata.namespace ?? '', pod.metadata.name);
    else this.#startPods(job, pods, active);
    this.#tell(job, verdict);
  }

  /** How the job has ended, if it has. */
  #verdict(job: Job, pods: readonly Pod[]): JobEnd | undefined {
    const { completions = 1, backoffLimit = 6, activeDeadlineSeconds } = job.spec;
    const failed = pods.filter(({ status }) => status?.phase === 'Failed').length;
    const restarts = pods.reduce((sum, { status }) => sum + (status?.containerStatuses?.[0]?.restartCount ?? 0), 0);
    if (succeededOf(job, pods).length >= completions)
      return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
    if (failed > backoffLimit || restarts > backoffLimit)
      return {
        type: 'Failed',
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      };
    const started = Date.parse(job.status?.startTime ?? now());
    if (activeDeadlineSeconds !== undefined && Date.now() - started > activeDeadlineSeconds * 1_000)
      return {
        type: 'Failed',
        reason: 'DeadlineExceeded',
        message: 'Job was active longer than specified deadline',
      };
    return undefined;
  }

  #startPods(job: Job, pods: readonly Pod[], active: readonly Pod[]): void {
    const { parallelism = 1, completions = parallelism, completionMode } = job.spec;
    const failures = pods.flatMap(({ status }) => {
      const { finishedAt } = status?.containerStatuses?.[0]?.state?.terminated ?? {};
      return status?.phase === 'Failed' ? [Date.parse(finishedAt ?? '')] : [];
    });
    const wait = failures.length === 0 ? 0 : this.#restartMs * 2 ** (failures.length - 1);
    if (Date.now() < Math.max(0, ...failures) + wait) return;
    const succeeded = succeededOf(job, pods);
    const wanted = Math.min(parallelism, completions - succeeded.length);
    const taken = new Set([...succeeded, ...active].map(indexOf));
    const free = Array.from({ length: completions }, (_, index) => index).filter((index) => !taken.has(index));
    for (let count = active.length; count < wanted; count++)
      if (!this.#start(job, completionMode === 'Indexed' ? free.shift() : undefined)) return;
  }

  #start(job: Job, index: number | undefined): boolean {
    const { namespace = '', name, uid = '' } = job.metadata;
    const { metadata, spec } = job.spec.template;
    const labels = { ...metadata?.labels, 'batch.kubernetes.io/job-name': name, 'job-name': name, [JOB_UID]: uid };
    const numbered = index === undefined ? {} : { [INDEX]: String(index) };
    const env = index === undefined ? [] : [{ name: 'JOB_COMPLETION_INDEX', value: String(index) }];
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: '',
        generateName: index === undefined ? `${name}-` : `${name}-${index}-`,
        namespace,
        labels: { ...labels, ...numbered },
        annotations: { ...metadata?.annotations, ...numbered },
        ownerReferences: ownedBy(job),
      },
      spec: {
        ...spec,
        containers: (spec?.containers ?? []).map((one) => ({ ...one, env: [...(one.env ?? []), ...env] })),
      },
    };
    try {
      assertAdmitted(this.#store, PODS, namespace, { ...pod, metadata: { ...pod.metadata, name: `${name}-0` } });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      recordEvent(this.#store, job, 'Warning', 'FailedCreate', `Error creating: ${error.message}`, 'job-controller');
      return false;
    }
    this.#store.create(PODS, pod);
    return true;
  }

  #tell(job: Job, end: JobEnd | undefined): void {
    const pods = this.#pods(job);
    const count = (...phases: string[]) =>
      pods.filter(({ status }) => phases.includes(status?.phase ?? 'Pending')).length;
    const active = count('Pending', 'Running');
    const [failed, succeeded] = [count('Failed'), succeededOf(job, pods)];
    const time = now();
    const condition = (type: string) => ({
      ...end,
      type,
      status: 'True',
      lastProbeTime: time,
      lastTransitionTime: time,
    });
    const criterion = end?.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    const status: JobStatus = {
      startTime: job.status?.startTime ?? time,
      ready: pods.filter(isPodReady).length,
      terminating: 0,
      uncountedTerminatedPods: {},
      ...(active > 0 && { active }),
      ...(failed > 0 && { failed }),
      ...(succeeded.length > 0 && { succeeded: succeeded.length }),
      ...(job.spec.completionMode === 'Indexed' && {
        completedIndexes: succeeded
          .map(indexOf)
          .sort((a, b) => a - b)
          .join(),
      }),
      ...(end?.type === 'Complete' && { completionTime: time }),
      ...(end !== undefined && { conditions: [condition(criterion), condition(end.type)] }),
    };
    this.#store.setStatus(JOBS, job, status);
  }

  #pods({ metadata }: Job): readonly Pod[] {
    const own = ({ metadata: { labels } }: Pod) => labels?.[JOB_UID] === metadata.uid;
    return this.#store.list(PODS, metadata.namespace ?? '').filter(own);
  }
}

/** Of an indexed job one for each index. */
function succeededOf({ spec }: Job, pods: readonly Pod[]): readonly Pod[] {
  const all = pods.filter(({ status }) => status?.phase === 'Succeeded');
  if (spec.completionMode !== 'Indexed') return all;
  return [...new Map(all.map((pod) => [indexOf(pod), pod])).values()];
}

function isPodReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') ?? false;
}

function indexOf({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX] ?? Number.NaN);
}
