import { setTimeout as delay } from 'node:timers/promises';
import { StatusError } from '../api/status-error.ts';
import type { Pod } from '../objects/core-objects.ts';
import { DEPLOYMENTS, PODS, REVISIONS } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { imageCredentials } from '../pods/image-credentials.ts';
import type { Images } from '../pods/images.ts';
import { assertAdmitted } from '../pods/pod-admission.ts';
import { conditions, failed, TRUE, unknown } from './conditions.ts';
import { RequestQueue } from './request-queue.ts';
import { revisionDeployment, revisionPod } from './revision-pod.ts';
import { type RevisionVerdicts, revisionVerdicts } from './revision-status.ts';
import { type ScaleBounds, ScaleDecision, scaleBounds } from './scale-decision.ts';
import type { Revision } from './serving-objects.ts';

export interface ScalerSettings {
  readonly stableWindowMs: number;
  readonly progressDeadlineMs: number;
}

const SHORTEST_TICK_MS = 50;
const LONGEST_TICK_MS = 2_000;
const IMAGE_AGAIN_MS = 1_000;
const LONGEST_IMAGE_AGAIN_MS = 60_000;

/** Runs as many pods of a revision as its requests need, and tells in its status what hinders it. */
export class RevisionScaler {
  readonly queue: RequestQueue;
  readonly #revision: Revision;
  readonly #store: ObjectStore;
  readonly #bounds: ScaleBounds;
  readonly #decision: ScaleDecision;
  readonly #life = new AbortController();
  readonly #ticks: NodeJS.Timeout;
  readonly #stop: () => void;
  readonly #expires: number;
  #image: string | undefined;
  #imageProblem: string | undefined;
  #createProblem: string | undefined;
  /** When the time to become ready was over; pods that could tell why end then. */
  #final: RevisionVerdicts | undefined;
  #achieved = false;
  #desired = 0;

  constructor(revision: Revision, store: ObjectStore, images: Images, settings: ScalerSettings) {
    this.#revision = revision;
    this.#store = store;
    this.#bounds = scaleBounds(revision, settings.stableWindowMs);
    this.#decision = new ScaleDecision(this.#bounds);
    this.#expires = Date.now() + settings.progressDeadlineMs;
    this.queue = new RequestQueue(revision.spec.containerConcurrency ?? 0, () => this.#scale());
    this.#stop = store.onChange(({ kind, object }) => {
      if (kind === PODS && this.#isOwn(object as Pod)) this.#lookAtPods(); // of this kind
    });
    const tick = Math.min(Math.max(settings.stableWindowMs / 10, SHORTEST_TICK_MS), LONGEST_TICK_MS);
    this.#ticks = setInterval(() => this.#scale(), tick);
    setImmediate(() => this.#tell());
    void this.#resolveImage(images);
  }

  [Symbol.dispose](): void {
    this.#life.abort();
    clearInterval(this.#ticks);
    this.#stop();
  }

  async #resolveImage(images: Images): Promise<void> {
    const { spec, metadata } = this.#revision;
    const image = spec.containers[0]?.image ?? '';
    const { signal } = this.#life;
    for (let wait = IMAGE_AGAIN_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_IMAGE_AGAIN_MS)) {
      try {
        const credentials = imageCredentials(this.#store, metadata.namespace ?? '', spec, image);
        this.#image = await images.resolve(image, credentials);
        this.#imageProblem = undefined;
        break;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#imageProblem = `Unable to fetch image "${image}": failed to resolve image to digest: ${why}`;
        this.#tell();
        await delay(wait, undefined, { signal }).catch(() => {}); // it is over
      }
    }
    this.#scale();
  }

  get #expired(): boolean {
    return !this.#achieved && Date.now() > this.#expires;
  }

  #scale(): void {
    if (this.#life.signal.aborted) return;
    if (this.#expired) this.#tell();
    if (this.#image === undefined) return;
    const asked = this.#decision.pods(this.queue.size, Date.now());
    const { initial, most } = this.#bounds;
    const first = most > 0 ? Math.min(initial, most) : initial;
    this.#desired = this.#expired ? 0 : this.#achieved ? asked : Math.max(asked, first);
    const pods = this.#pods();
    const { namespace = '' } = this.#revision.metadata;
    const deployment = this.#deployment();
    for (let count = pods.length; count < this.#desired; count++) {
      const pod = revisionPod(this.#revision, deployment, this.#image);
      try {
        const name = `${deployment.metadata.name}-${String(count)}`;
        assertAdmitted(this.#store, PODS, namespace, { ...pod, metadata: { ...pod.metadata, name } });
        this.#createProblem = undefined;
        this.#store.create(PODS, pod);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        this.#createProblem = error.message;
        break;
      }
    }
    // Of pods that nobody needs, the youngest and those that are not ready go first; one that is busy is left to finish.
    const spare = pods
      .filter((pod) => this.queue.busy(pod) === 0)
      .sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
    for (const pod of spare.slice(0, Math.max(pods.length - this.#desired, 0)))
      this.#store.delete(PODS, namespace, pod.metadata.name);
    this.#lookAtPods();
  }

  #lookAtPods(): void {
    if (this.#life.signal.aborted) return;
    const ready = this.#pods().filter(isReady);
    if (!this.#expired && ready.length >= Math.max(this.#bounds.initial, 1)) this.#achieved = true;
    this.queue.setReady(ready);
    this.#tell();
  }

  #tell(): void {
    const { name, namespace = '', generation = 1 } = this.#revision.metadata;
    const stored = this.#store.find(REVISIONS, namespace, name);
    if (stored === undefined || this.#life.signal.aborted) return;
    const pods = this.#pods();
    const verdicts =
      this.#final ??
      revisionVerdicts({
        pods,
        achieved: this.#achieved,
        expired: this.#expired,
        imageProblem: this.#imageProblem,
        createProblem: this.#createProblem,
      });
    if (this.#expired) this.#final = verdicts;
    const active = pods.some(isReady)
      ? TRUE
      : this.#desired > 0
        ? unknown('Queued', 'Requests to the target are being buffered as resources are provisioned.')
        : failed('NoTraffic', 'The target is not receiving traffic.');
    const { name: container = 'user-container' } = this.#revision.spec.containers[0] ?? {};
    this.#store.setStatus(REVISIONS, this.#revision, {
      observedGeneration: generation,
      conditions: conditions({ ...verdicts }, stored.status?.conditions, { Active: active }),
      actualReplicas: pods.filter(isReady).length,
      desiredReplicas: this.#desired,
      ...(this.#image !== undefined && { containerStatuses: [{ name: container, imageDigest: this.#image }] }),
    });
  }

  #deployment() {
    const wanted = revisionDeployment(this.#revision, this.#desired);
    const { name, namespace = '' } = wanted.metadata;
    const found = this.#store.find(DEPLOYMENTS, namespace, name) ?? this.#store.create(DEPLOYMENTS, wanted);
    const current =
      found.spec?.replicas === this.#desired
        ? found
        : this.#store.replace(DEPLOYMENTS, { ...found, ...(wanted.spec !== undefined && { spec: wanted.spec }) });
    const pods = this.#pods();
    const status = { replicas: pods.length, readyReplicas: pods.filter(isReady).length };
    this.#store.setStatus(DEPLOYMENTS, current, status);
    return current;
  }

  #pods(): readonly Pod[] {
    return this.#store.list(PODS, this.#revision.metadata.namespace ?? '').filter((pod) => this.#isOwn(pod));
  }

  #isOwn({ metadata }: Pod): boolean {
    return metadata.labels?.['serving.knative.dev/revisionUID'] === this.#revision.metadata.uid;
  }
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') ?? false;
}
