import { isImageName } from '@lithops/core/plugin';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.gte(1));
const seconds = z.number().check(z.int(), z.gte(1));
const image = z.string().check(z.refine(isImageName, "the name of an image is expected, like 'node:24-slim'"));
const objectName = z
  .string()
  .check(
    z.regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/, "a name of Kubernetes is expected: small letters, digits, '-'"),
  );
const duration = z
  .string()
  .check(z.regex(/^(?:\d+[smh]){1,3}$/, "a duration like '30s', '5m' or '1h30m' is expected, at most an hour"));
const strings = z.record(z.string(), z.string());
const environment = z.record(
  z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of an environment variable is expected')),
  z.string(),
);
/** `example.com/name`, as Kubernetes names labels and annotations. */
const qualifiedName = z
  .string()
  .check(
    z.regex(
      /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
      "a key of Kubernetes is expected, like 'team' or 'example.com/team'",
    ),
  );
const labelValue = z
  .string()
  .check(
    z.regex(
      /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
      'a value of a label is expected: at most 63 letters, digits, and between them - _ .',
    ),
  );
const endpoint = z
  .string()
  .check(z.regex(/^(?:https?:\/\/)?[^\s/:]+(?::\d{1,5})?\/?$/, "an address like 'http://10.0.0.1:31080' is expected"));
const securityContext = z.strictObject({
  allowPrivilegeEscalation: z.optional(z.boolean()),
  capabilities: z.optional(z.strictObject({ add: z.optional(z.array(text)), drop: z.optional(z.array(text)) })),
  readOnlyRootFilesystem: z.optional(z.boolean()),
  runAsGroup: z.optional(z.number().check(z.int(), z.gte(0))),
  runAsNonRoot: z.optional(z.boolean()),
  runAsUser: z.optional(z.number().check(z.int(), z.gte(0))),
  seccompProfile: z.optional(
    z.strictObject({
      type: z.enum(['RuntimeDefault', 'Localhost', 'Unconfined']),
      localhostProfile: z.optional(text),
    }),
  ),
});
const toleration = z.strictObject({
  key: z.optional(text),
  operator: z.optional(z.enum(['Exists', 'Equal'])),
  value: z.optional(z.string()),
  effect: z.optional(z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
  tolerationSeconds: z.optional(z.number().check(z.int())),
});

/** Section `knative`. */
export const knativeConfig = z.strictObject({
  /** Image that tasks run in: any with Node 22.12 or later, in a registry. Default: `node:24-slim`. */
  runtime: z.optional(image),
  /** MB of each worker. Default 512. */
  runtimeMemory: z.optional(z.number().check(z.int(), z.gte(128))),
  /** CPUs of each worker, `0.5`. Default 1. */
  runtimeCpu: z.optional(z.number().check(z.gte(0.05))),
  /** Seconds that a task may run. Default 600, the most that Knative allows unless its operator says otherwise. */
  runtimeTimeout: z.optional(seconds),
  /** Workers at once. Default 100. */
  maxWorkers: z.optional(count),
  /** Workers that are kept when there is nothing to do. Default 0. */
  minWorkers: z.optional(z.number().check(z.int(), z.gte(0))),
  /** Tasks that run at once in each worker, each in a process of its own. Default 1. */
  workerProcesses: z.optional(count),
  /** Requests at once. Default: as many as tasks may run at once. */
  invokePoolThreads: z.optional(count),
  /** How long a worker without work is kept. Default `5m`. */
  scaleDownDelay: z.optional(duration),
  /** Default: KUBECONFIG, `~/.kube/config`, or the service account of the pod that this runs in. */
  kubecfgPath: z.optional(text),
  /** Default: the current one. */
  kubecfgContext: z.optional(text),
  /** Default: that of the context, or `default`. */
  namespace: z.optional(objectName),
  /** Which ingress to look for. Default: the one that is there. */
  networkingLayer: z.optional(z.enum(['kourier', 'istio', 'contour'])),
  /** Where the ingress is reached, where it is not found by itself. */
  ingressEndpoint: z.optional(endpoint),
  /** Registry of images that are named without one, and its credentials. Default: what `docker login` has stored. */
  dockerServer: z.optional(text),
  dockerUser: z.optional(text),
  dockerPassword: z.optional(text),
  /** Folder of the registry for images with the worker in them. Default: the user's. */
  dockerNamespace: z.optional(text),
  /** Registries that are spoken to without TLS. Those on this machine are in any case. */
  insecureRegistries: z.optional(z.array(text)),
  /** For images of several platforms: `linux/arm64`. Default: `linux/amd64`. */
  platforms: z.optional(z.array(text).check(z.minLength(1))),
  /** Docker engine that builds Dockerfiles. Default: DOCKER_HOST, the current context, or the socket that is there. */
  dockerHost: z.optional(text),
  /** Secrets of the namespace that the cluster pulls the image with; one is made of the credentials above. */
  imagePullSecrets: z.optional(z.array(objectName)),
  /** Service account of the workers. Default: that of the namespace. */
  serviceAccount: z.optional(objectName),
  /** Labels of the nodes that workers may run on. */
  nodeSelector: z.optional(strings),
  /** Taints of nodes that workers may run on all the same. */
  tolerations: z.optional(z.array(toleration)),
  /** Default: not root, no privileges. */
  securityContext: z.optional(securityContext),
  /** Environment variables of all tasks. */
  env: z.optional(environment),
  /** Further labels of all that is made in the cluster. */
  labels: z.optional(z.record(qualifiedName, labelValue)),
  /** Further annotations of the service and its pods. */
  annotations: z.optional(z.record(qualifiedName, z.string())),
  /** Packages that are installed in the image; all others that functions import are sent along. */
  externals: z.optional(z.array(text)),
  /** Seconds until a deployment must be ready. Default 300. */
  deployTimeout: z.optional(seconds),
  /** Seconds that a worker is waited for when there is none, or all are busy. Default 300. */
  startTimeout: z.optional(seconds),
});

export type KnativeConfig = z.output<typeof knativeConfig>;
