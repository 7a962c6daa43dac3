import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError } from '@lithops/core/plugin';
import type { Cluster } from '../cluster/cluster.ts';
import { failureReasons } from './failure-reasons.ts';
import { type KnativeService, readinessOf } from './knative-service.ts';
import { ServiceWatch } from './service-watch.ts';

export interface ReadinessRequest {
  readonly cluster: Cluster;
  readonly name: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told what it waits for, when that changes. */
  readonly onProgress: (text: string) => void;
}

/** Knative says 'failed' of what is well a moment later, when a container ends once and is started again. */
const SETTLE_MS = 3_000;
/** How often pods are asked: Knative itself tells of images that cannot be pulled after ten minutes. */
const LOOK_MS = 2_000;

/** Watches a service until it is ready. @throws InvocationError with the reasons when it fails, is deleted, or takes too long */
export async function waitUntilReady(request: ReadinessRequest): Promise<KnativeService> {
  const { cluster, name, timeoutMs, signal, onProgress } = request;
  const startedAt = performance.now();
  await using watch = await ServiceWatch.start(cluster, name, signal);
  let failedSince: number | undefined;
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const { current } = watch;
    if (current === undefined) throw new InvocationError(`Knative service ${name} was deleted while it was waited for`);
    const readiness = readinessOf(current);
    if (readiness === 'ready') return current;
    const now = performance.now();
    failedSince = readiness === 'failed' ? (failedSince ?? now) : undefined;
    const reasons = await failureReasons(cluster, current);
    const [first = 'no word of it yet'] = reasons.lines;
    if (first !== told) onProgress(`${name} is not ready: ${first}`);
    told = first;
    const settled = failedSince !== undefined && now - failedSince >= SETTLE_MS;
    // What was read while the reasons were asked for counts.
    if (watch.current !== current) continue;
    if (reasons.final || (settled && !reasons.passing)) throw notReady(name, 'cannot become ready', reasons.lines);
    const left = timeoutMs - (now - startedAt);
    if (left <= 0) throw notReady(name, `is not ready after ${timeoutMs / 1000} s`, reasons.lines);
    await Promise.race([watch.changed(), delay(Math.min(LOOK_MS, left + 1), undefined, { signal }).catch(() => {})]);
  }
}

function notReady(name: string, what: string, lines: readonly string[]): InvocationError {
  const said = lines.length === 0 ? ' (the cluster does not say why)' : lines.map((line) => `\n    ${line}`).join('');
  return new InvocationError(`Knative service ${name} ${what}:${said}`, { hint: hintOf(lines.join('\n')) });
}

function hintOf(text: string): string {
  if (/ImagePull|ErrImage|Unable to fetch image|pull access|manifest unknown|InvalidImageName/i.test(text))
    return 'the cluster cannot pull the image: give it docker_user and docker_password, or image_pull_secrets, and check that its nodes reach the registry';
  if (/non-numeric user|runAsNonRoot|non-root/i.test(text))
    return 'set security_context to { runAsNonRoot: true, runAsUser: 1000 } with the number of the user of the image, or have USER in its Dockerfile name a number';
  if (/quota|forbidden: exceeded|LimitRange/i.test(text))
    return 'the namespace allows no more: lower runtime_memory, runtime_cpu or min_workers, or have its quota raised';
  if (/Unschedulable|Insufficient/i.test(text))
    return 'no node has room: lower runtime_memory or runtime_cpu, or check node_selector and tolerations';
  if (/CrashLoop|exit code|ExitCode|probe/i.test(text))
    return 'the worker ends or does not answer: look at its output with kubectl logs, and at the image';
  return 'see kubectl describe ksvc, and docs/backends/knative.md';
}
