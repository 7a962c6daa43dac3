import { createHash } from 'node:crypto';
import type { KnativeSettings } from '../settings.ts';
import type { KnativeService } from './knative-service.ts';
import {
  MEMORY_ANNOTATION,
  RUNTIME_ANNOTATION,
  RUNTIME_LABELS,
  TIMEOUT_ANNOTATION,
  TOKEN_KEY,
  TOKEN_SECRET,
} from './labels.ts';

const HTTP_PORT = 8080;
/** Kubernetes kills what has not ended by the timeout; what a worker gives up before that it can still tell of. */
const DRAIN_MARGIN_SECONDS = 5;
/** How long a run goes on that nobody reads: a client that comes back may have to wait until a worker can be asked. */
const ABANDON_SECONDS = 15;

export interface ServiceManifestRequest {
  readonly settings: KnativeSettings;
  readonly namespace: string;
  /** MB. */
  readonly memory: number;
  /** The runtime's name as configured. */
  readonly runtime: string;
  /** The image with the worker in it, by its digest. */
  readonly image: string;
  readonly pullSecrets: readonly string[];
}

/**
 * The service of a runtime. Its name comes from its content: equal runtimes share one, whoever deploys them, and one that is
 * there is never changed under those that use it.
 */
export function serviceManifest(request: ServiceManifestRequest): KnativeService {
  const { settings, namespace, memory, runtime, image } = request;
  const { labels = {}, annotations = {}, runtimeTimeout } = settings;
  const spec = {
    template: {
      metadata: {
        labels: { ...labels, ...RUNTIME_LABELS },
        annotations: { ...annotations, ...scaling(settings) },
      },
      spec: podSpec(request),
    },
  };
  const described = {
    [RUNTIME_ANNOTATION]: runtime,
    [MEMORY_ANNOTATION]: String(memory),
    [TIMEOUT_ANNOTATION]: String(runtimeTimeout),
  };
  const content = createHash('sha256')
    .update(JSON.stringify([spec, image, described]))
    .digest('hex');
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: `lithops-worker-${content.slice(0, 12)}`,
      namespace,
      labels: { ...labels, ...RUNTIME_LABELS },
      annotations: { ...annotations, ...described },
    },
    spec,
  };
}

function scaling({ minWorkers, maxWorkers, workerProcesses, scaleDownDelay }: KnativeSettings): Record<string, string> {
  return {
    'autoscaling.knative.dev/min-scale': String(Math.min(minWorkers, maxWorkers)),
    'autoscaling.knative.dev/max-scale': String(maxWorkers),
    // A request is a task: one worker for as many as it runs at once, no reserve.
    'autoscaling.knative.dev/metric': 'concurrency',
    'autoscaling.knative.dev/target': String(workerProcesses),
    'autoscaling.knative.dev/target-utilization-percentage': '100',
    // Requests wait before the workers, not in one that is busy while another is idle.
    'autoscaling.knative.dev/target-burst-capacity': '-1',
    'autoscaling.knative.dev/scale-down-delay': scaleDownDelay,
  };
}

function podSpec({ settings, memory, image, pullSecrets }: ServiceManifestRequest): Record<string, unknown> {
  const { workerProcesses, runtimeTimeout, serviceAccount, nodeSelector, tolerations } = settings;
  const size = { cpu: cpuQuantity(settings.runtimeCpu), memory: `${memory}Mi` };
  const secrets = [...new Set([...(settings.imagePullSecrets ?? []), ...pullSecrets])];
  return {
    containerConcurrency: workerProcesses,
    timeoutSeconds: runtimeTimeout,
    enableServiceLinks: false,
    ...(secrets.length > 0 && { imagePullSecrets: secrets.map((name) => ({ name })) }),
    ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(tolerations !== undefined && { tolerations }),
    containers: [
      {
        name: 'worker',
        image,
        ports: [{ containerPort: HTTP_PORT }],
        env: workerEnvironment(settings, memory),
        resources: { limits: size, requests: size },
        readinessProbe: {
          httpGet: { path: '/health', port: HTTP_PORT },
          initialDelaySeconds: 0,
          periodSeconds: 1,
          timeoutSeconds: 5,
        },
        securityContext: settings.securityContext ?? {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  };
}

function workerEnvironment({ env = {}, workerProcesses, runtimeTimeout }: KnativeSettings, memory: number): object[] {
  const own = {
    LITHOPS_WORKER_CONCURRENCY: String(workerProcesses),
    LITHOPS_WORKER_HEAP_MB: String(heapMegabytes(memory, workerProcesses)),
    LITHOPS_WORKER_DRAIN_SECONDS: String(Math.max(1, runtimeTimeout - DRAIN_MARGIN_SECONDS)),
    LITHOPS_WORKER_ABANDON_SECONDS: String(ABANDON_SECONDS),
  };
  return [
    ...Object.entries({ ...env, ...own }).map(([name, value]) => ({ name, value })),
    { name: 'LITHOPS_WORKER_TOKEN', valueFrom: { secretKeyRef: { name: TOKEN_SECRET, key: TOKEN_KEY } } },
  ];
}

/** So that V8 runs out of memory before the container does, and can say so. The rest is for buffers, and for Node itself. */
function heapMegabytes(memory: number, processes: number): number {
  const share = memory >= 2048 ? 0.75 : 0.5;
  return Math.max(32, Math.floor((memory * share) / processes));
}

function cpuQuantity(cpus: number): string {
  return Number.isInteger(cpus) ? String(cpus) : `${Math.round(cpus * 1000)}m`;
}
