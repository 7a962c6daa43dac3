import type { ResourceKind } from './resource-kind.ts';

/** Whose elements are told apart by these fields; `set`: by their value; `atomic`: it is one value. */
export type ListType = readonly string[] | 'set' | 'atomic';

/** As the API's OpenAPI has it (`x-kubernetes-list-map-keys`), by the field that holds the list. */
const LISTS: Readonly<Record<string, readonly string[] | 'set'>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  conditions: ['type'],
  addresses: ['type'],
  podIPs: ['ip'],
};

/** Lists of custom resources are atomic unless their definition says otherwise: Knative's do not. */
export function listType({ custom }: ResourceKind, path: readonly string[]): ListType {
  const field = path.at(-1) ?? '';
  if (path[0] === 'metadata') return field === 'ownerReferences' ? ['uid'] : field === 'finalizers' ? 'set' : 'atomic';
  if (custom) return 'atomic';
  if (field === 'ports') return [path.includes('containers') ? 'containerPort' : 'port', 'protocol'];
  return LISTS[field] ?? 'atomic';
}

/** Fields that are keys although they may be left out. */
export const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };
