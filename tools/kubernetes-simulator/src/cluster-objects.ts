import type { Admission } from './api/admission.ts';
import { SYSTEM_NAMESPACE } from './knative/admission/serving-settings.ts';
import type { ConfigMap } from './objects/core-objects.ts';
import { CONFIG_MAPS, NAMESPACES, NODES, SECRETS, SERVICE_ACCOUNTS, SERVICES } from './objects/kinds.ts';
import { at, isObject, type JsonObject } from './objects/kube-object.ts';
import type { ObjectStore } from './objects/object-store.ts';

export interface ClusterFacts {
  readonly namespaces: readonly string[];
  readonly domain: string;
  /** Names of features that operators turn on: `kubernetes.podspec-nodeselector`. */
  readonly features: readonly string[];
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly nodeCapacity: { readonly cpu: string; readonly memory: string };
}

/** What a cluster with Knative has before anybody uses it. */
export function createClusterObjects(store: ObjectStore, facts: ClusterFacts): void {
  store.onChange(({ kind, type, object }) => {
    if (kind !== NAMESPACES || type !== 'ADDED') return;
    const metadata = { name: 'default', namespace: object.metadata.name };
    store.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  });
  for (const name of ['default', 'kube-system', 'kube-public', SYSTEM_NAMESPACE, ...facts.namespaces])
    if (store.find(NAMESPACES, '', name) === undefined)
      store.create(NAMESPACES, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
        status: { phase: 'Active' },
      });
  const { cpu, memory } = facts.nodeCapacity;
  const capacity = { cpu, memory, pods: '110' };
  store.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'node-1',
      labels: {
        'kubernetes.io/hostname': 'node-1',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        ...facts.nodeLabels,
      },
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: 'node-1' },
      ],
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
      ],
    },
  });
  const config = (name: string, data: Record<string, string>) => {
    const metadata = { name, namespace: SYSTEM_NAMESPACE };
    const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
    store.create(CONFIG_MAPS, object);
  };
  config('config-domain', { [facts.domain]: '' });
  config('config-features', Object.fromEntries(facts.features.map((name) => [name, 'enabled'])));
  config('config-defaults', {});
  config('config-autoscaler', {});
}

/** What the API server sets on objects of its own kinds. */
export const coreDefaults: Admission = {
  complete: ({ kind, previous }, object) => {
    const metadata = isObject(object['metadata']) ? object['metadata'] : {};
    if (kind === SECRETS) return withoutStringData(object);
    if (kind === NAMESPACES && previous === undefined) {
      const labels = isObject(metadata['labels']) ? metadata['labels'] : {};
      const name = metadata['name'];
      return {
        ...object,
        metadata: {
          ...metadata,
          labels: { ...labels, ...(name !== undefined && { 'kubernetes.io/metadata.name': name }) },
        },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      };
    }
    if (kind !== SERVICES) return object;
    const spec = isObject(object['spec']) ? object['spec'] : {};
    const clusterIP = at(previous, 'spec', 'clusterIP') ?? `10.96.${byte()}.${byte()}`;
    return { ...object, spec: { type: 'ClusterIP', clusterIP, sessionAffinity: 'None', ...spec } };
  },
};

function byte(): number {
  return Math.floor(Math.random() * 254) + 1;
}

function withoutStringData(object: JsonObject): JsonObject {
  const { stringData, ...secret } = object;
  const type = secret['type'] ?? 'Opaque';
  if (!isObject(stringData)) return { ...secret, type };
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const data = isObject(secret['data']) ? secret['data'] : {};
  return { ...secret, type, data: { ...data, ...Object.fromEntries(encoded) } };
}
