import type { Container, Deployment, Pod } from '../objects/core-objects.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { ownedBy } from './owned-object.ts';
import type { Revision } from './serving-objects.ts';

const DEFAULT_PORT = 8080;
const SERVING = 'serving.knative.dev';

function labelsOf(revision: Revision): Record<string, string> {
  const { name, labels = {}, uid = '' } = revision.metadata;
  return { ...labels, app: name, [`${SERVING}/revision`]: name, [`${SERVING}/revisionUID`]: uid };
}

export function revisionDeployment(revision: Revision, replicas: number): Deployment {
  const { name, namespace = '' } = revision.metadata;
  const labels = labelsOf(revision);
  const matchLabels = { [`${SERVING}/revisionUID`]: revision.metadata.uid ?? '' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${name}-deployment`, namespace, labels, ownerReferences: ownedBy(revision) },
    spec: {
      replicas,
      selector: { matchLabels },
      template: { metadata: { labels }, spec: podSpec(revision, undefined) },
    },
  };
}

/** Of a revision: its container as the runtime contract has it. `image` is what its name was resolved to. */
export function revisionPod(revision: Revision, deployment: KubeObject, image: string): Pod {
  const { namespace = '', annotations = {} } = revision.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${deployment.metadata.name}-`,
      namespace,
      labels: labelsOf(revision),
      annotations,
      ownerReferences: ownedBy(deployment),
    },
    spec: podSpec(revision, image),
  };
}

function podSpec({ spec, metadata }: Revision, image: string | undefined): Pod['spec'] {
  const { containerConcurrency: _, timeoutSeconds = 300, responseStartTimeoutSeconds: __, ...rest } = spec;
  const { idleTimeoutSeconds: ___, containers, ...pod } = rest;
  const [container] = containers;
  const { labels = {} } = metadata;
  const filled = container === undefined ? [] : [withContract(container, image, metadata.name, labels)];
  return {
    ...pod,
    containers: filled,
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: timeoutSeconds,
  };
}

function withContract(
  container: Container,
  image: string | undefined,
  revision: string,
  labels: Readonly<Record<string, string>>,
): Container {
  const [port] = container.ports ?? [];
  const containerPort = port?.containerPort || DEFAULT_PORT;
  const env = {
    PORT: String(containerPort),
    K_REVISION: revision,
    K_CONFIGURATION: labels[`${SERVING}/configuration`] ?? '',
    K_SERVICE: labels[`${SERVING}/service`] ?? '',
  };
  return {
    ...container,
    ...(image !== undefined && { image }),
    ports: [{ name: 'user-port', containerPort, protocol: 'TCP' }],
    env: [...(container.env ?? []), ...Object.entries(env).map(([name, value]) => ({ name, value }))],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
