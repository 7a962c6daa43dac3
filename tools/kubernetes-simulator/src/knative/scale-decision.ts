import { autoscaling } from './admission/annotation-rules.ts';
import { durationMs } from './duration.ts';
import type { Revision } from './serving-objects.ts';

const DEFAULT_TARGET = 100;
const DEFAULT_UTILIZATION = 70;

export interface ScaleBounds {
  readonly least: number;
  /** 0: no bound. */
  readonly most: number;
  readonly initial: number;
  /** Requests that a pod is to have. */
  readonly target: number;
  /** How long a lower number must have been enough. */
  readonly windowMs: number;
  readonly lastPodMs: number;
}

/** What a revision's annotations and the cluster's defaults say. */
export function scaleBounds(revision: Revision, stableWindowMs: number): ScaleBounds {
  const { annotations = {} } = revision.metadata;
  const text = (name: string) => autoscaling(annotations, name)?.value;
  const number = (name: string, otherwise: number) => Number(text(name) ?? otherwise);
  const duration = (name: string) => durationMs(text(name) ?? '0s') ?? 0;
  const { containerConcurrency = 0 } = revision.spec;
  const utilization = number('target-utilization-percentage', DEFAULT_UTILIZATION) / 100;
  const asked = number('target', containerConcurrency > 0 ? containerConcurrency : DEFAULT_TARGET);
  const total = containerConcurrency > 0 ? Math.min(asked, containerConcurrency) : asked;
  const window = text('window') === undefined ? stableWindowMs : duration('window');
  const [least, most] = [number('min-scale', 0), number('max-scale', 0)];
  return {
    least,
    most,
    initial: Math.max(number('initial-scale', 1), least),
    target: Math.max(total * utilization, 0.01),
    windowMs: Math.max(window, duration('scale-down-delay')),
    lastPodMs: duration('scale-to-zero-pod-retention-period'),
  };
}

/** How many pods a revision is to have: at once as many as its requests need, fewer only after a while. */
export class ScaleDecision {
  readonly #bounds: ScaleBounds;
  #wanted: { readonly at: number; readonly pods: number }[] = [];
  #lastRequest = 0;

  constructor(bounds: ScaleBounds) {
    this.#bounds = bounds;
  }

  /** With so many requests at that time (ms). */
  pods(requests: number, at: number): number {
    const { least, most, target, windowMs, lastPodMs } = this.#bounds;
    if (requests > 0) this.#lastRequest = at;
    const needed = Math.ceil(requests / target);
    // One that wants no more than a later one will never count again.
    this.#wanted = this.#wanted.filter((one) => one.pods > needed && at - one.at < windowMs);
    this.#wanted.push({ at, pods: needed });
    const enough = this.#wanted[0]?.pods ?? needed;
    const kept = enough === 0 && at - this.#lastRequest < lastPodMs ? 1 : enough;
    const bounded = Math.max(kept, least);
    return most > 0 ? Math.min(bounded, most) : bounded;
  }
}
