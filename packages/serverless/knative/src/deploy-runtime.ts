import { setTimeout as delay } from 'node:timers/promises';
import { InvocationError, type PluginLogger, type RuntimeInfo } from '@lithops/core/plugin';
import { HttpRuns, RefusedRequestError } from '@lithops/kit-http';
import { PROTOCOL_VERSION } from '@lithops/worker/protocol';
import type { Cluster } from './cluster/cluster.ts';
import { findIngress } from './ingress/find-ingress.ts';
import { type KnativeService, readinessOf } from './service/knative-service.ts';
import { TRY_ANNOTATION } from './service/labels.ts';
import { registrySecret } from './service/registry-secret.ts';
import { serviceManifest } from './service/service-manifest.ts';
import { waitUntilReady } from './service/wait-until-ready.ts';
import { workerToken } from './service/worker-token.ts';
import type { KnativeSettings } from './settings.ts';

export interface DeployRequest {
  readonly cluster: Cluster;
  readonly settings: KnativeSettings;
  /** The runtime's name as configured. */
  readonly runtime: string;
  /** The image with the worker in it. */
  readonly image: string;
  /** MB. */
  readonly memory: number;
  readonly logger: PluginLogger;
  readonly signal: AbortSignal;
}

/** A runtime that takes invocations. */
export interface DeployedRuntime {
  readonly service: KnativeService;
  readonly runs: HttpRuns;
  /** What a worker says of itself. */
  info(): Promise<RuntimeInfo>;
}

/** How often an ingress is asked that does not know a service yet which is said to be ready. */
const UNKNOWN_PAUSE_MS = 250;
/** And how long. */
const UNKNOWN_MS = 20_000;

/**
 * Has the service of a runtime in the cluster: the one that is there, or a new one. Several clients that deploy the same at
 * once do no harm to each other.
 */
export async function deployRuntime(request: DeployRequest): Promise<DeployedRuntime> {
  const { cluster, settings, runtime, image, memory, signal } = request;
  const [token, pullSecret] = await Promise.all([workerToken(cluster), registrySecret(cluster, settings)]);
  const manifest = serviceManifest({
    settings,
    namespace: cluster.namespace,
    memory,
    runtime,
    image,
    pullSecrets: pullSecret === undefined ? [] : [pullSecret],
  });
  const found = await cluster.findService(manifest.metadata.name);
  const isReady = found !== undefined && readinessOf(found) === 'ready';
  const service = isReady ? found : await apply(request, manifest, found);
  const { url, host } = await findIngress(cluster, service, settings);
  const { maxWorkers, workerProcesses, invokePoolThreads = maxWorkers * workerProcesses, startTimeout } = settings;
  const runs = new HttpRuns({
    url,
    connections: Math.min(invokePoolThreads, maxWorkers * workerProcesses),
    patienceMs: startTimeout * 1000,
    headers: () => ({ host, authorization: `Bearer ${token}` }),
  });
  const deployed: DeployedRuntime = { service, runs, info: () => askWorker(runs, url, host, signal) };
  if (isReady) return deployed;
  try {
    await deployed.info();
    return deployed;
  } catch (error) {
    await runs[Symbol.asyncDispose]();
    throw error;
  }
}

async function apply(
  { cluster, settings, logger, signal }: DeployRequest,
  manifest: KnativeService,
  found: KnativeService | undefined,
): Promise<KnativeService> {
  const { name } = manifest.metadata;
  logger.info(`deploying Knative service ${name} in namespace ${cluster.namespace}`);
  const failed = found !== undefined && readinessOf(found) === 'failed';
  await cluster.applyService(failed ? anew(manifest) : manifest);
  return waitUntilReady({
    cluster,
    name,
    timeoutMs: settings.deployTimeout * 1000,
    signal,
    onProgress: (text) => logger.info(text),
  });
}

/** What failed is not tried again unless something changes. */
function anew(manifest: KnativeService): KnativeService {
  const { template } = manifest.spec;
  const annotations = { ...template.metadata.annotations, [TRY_ANNOTATION]: new Date().toISOString() };
  return { ...manifest, spec: { template: { ...template, metadata: { ...template.metadata, annotations } } } };
}

/** @throws InvocationError when the ingress does not know the service, or what answers is no worker of ours */
async function askWorker(runs: HttpRuns, url: URL, host: string, signal: AbortSignal): Promise<RuntimeInfo> {
  const giveUpAt = performance.now() + UNKNOWN_MS;
  for (;;) {
    try {
      const { protocol, ...info } = await runs.metadata(signal);
      if (protocol === PROTOCOL_VERSION) return info;
      throw new InvocationError(
        `the worker at ${host} speaks version ${protocol} of the protocol, not ${PROTOCOL_VERSION}`,
        {
          hint: 'the image holds the worker of another version of Lithops: build it again with lithops runtime build',
        },
      );
    } catch (error) {
      if (!isUnknownHost(error)) throw error;
      if (performance.now() > giveUpAt)
        throw new InvocationError(`the ingress at ${url.origin} does not know ${host}: ${(error as Error).message}`, {
          hint: 'is it the ingress of this cluster? set ingress_endpoint or networking_layer',
          cause: error,
        });
    }
    await delay(UNKNOWN_PAUSE_MS, undefined, { signal });
  }
}

/** Whether an ingress says that nothing of this name is behind it. */
export function isUnknownHost(error: unknown): boolean {
  return error instanceof RefusedRequestError && error.status === 404 && !error.byWorker;
}
