import type { Admission } from '../api/admission.ts';
import { forbidden } from '../api/status-error.ts';
import type { Pod, ResourceQuota } from '../objects/core-objects.ts';
import { PODS, RESOURCE_QUOTAS, SERVICE_ACCOUNTS } from '../objects/kinds.ts';
import { asKube, type KubeObject } from '../objects/kube-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { ResourceKind } from '../objects/resource-kind.ts';
import { quantity } from './quantity.ts';

/** Quotas of namespaces, and service accounts that pods need. */
export function podAdmission(store: ObjectStore): Admission {
  return {
    assert: ({ kind, namespace, previous }, object) => {
      if (previous === undefined) assertAdmitted(store, kind, namespace, object);
    },
  };
}

/** @throws StatusError 403, as the API refuses a new object. */
export function assertAdmitted(store: ObjectStore, kind: ResourceKind, namespace: string, object: KubeObject): void {
  const { name } = object.metadata;
  if (kind === PODS) {
    const account = asKube<Pod>(object).spec.serviceAccountName || 'default';
    if (store.find(SERVICE_ACCOUNTS, namespace, account) === undefined)
      throw forbidden(
        kind,
        name,
        `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
      );
  }
  for (const quota of store.list(RESOURCE_QUOTAS, namespace)) assertWithin(store, quota, kind, namespace, object);
}

function assertWithin(
  store: ObjectStore,
  quota: ResourceQuota,
  kind: ResourceKind,
  namespace: string,
  object: KubeObject,
): void {
  const { name } = object.metadata;
  const hard = Object.entries(quota.spec?.hard ?? {});
  const missing = kind === PODS ? hard.flatMap(([resource]) => unspecified(resource, asKube<Pod>(object))) : [];
  if (missing.length > 0)
    throw forbidden(kind, name, `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`);
  const over = hard.flatMap(([resource, limit]) => {
    const requested = amountOf(resource, kind, object);
    if (requested === undefined || requested === 0) return [];
    const used = store.list(kind, namespace).reduce((sum, one) => sum + (amountOf(resource, kind, one) ?? 0), 0);
    return used + requested > quantity(limit) + 1e-9 ? [{ resource, requested, used, limit }] : [];
  });
  if (over.length === 0) return;
  const list = (value: (one: (typeof over)[number]) => unknown) =>
    over.map((one) => `${one.resource}=${String(value(one))}`).join(',');
  const [asked, had] = [
    list(({ resource, requested }) => shown(resource, requested)),
    list(({ resource, used }) => shown(resource, used)),
  ];
  const why = `exceeded quota: ${quota.metadata.name}, requested: ${asked}, used: ${had}, limited: ${list(({ limit }) => limit)}`;
  throw forbidden(kind, name, why);
}

/** How much of a quota's resource an object takes; undefined when it has nothing to do with it. */
function amountOf(resource: string, kind: ResourceKind, object: KubeObject): number | undefined {
  const counted = kind.group === '' ? [kind.plural, `count/${kind.plural}`] : [`count/${kind.plural}.${kind.group}`];
  if (counted.includes(resource)) return 1;
  const [part, name] = splitResource(resource);
  if (kind !== PODS || name === undefined) return undefined;
  const { phase } = asKube<Pod>(object).status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  return asKube<Pod>(object).spec.containers.reduce((sum, { resources }) => {
    const asked = part === 'limits' ? resources?.limits : { ...resources?.limits, ...resources?.requests };
    return sum + quantity(asked?.[name]);
  }, 0);
}

function unspecified(resource: string, pod: Pod): string[] {
  const [part, name] = splitResource(resource);
  if (name === undefined) return [];
  const lacking = pod.spec.containers.filter(({ resources }) => {
    const asked = part === 'limits' ? resources?.limits : { ...resources?.limits, ...resources?.requests };
    return asked?.[name] === undefined;
  });
  return lacking.length === 0 ? [] : [`${resource} for: ${lacking.map((container) => container.name).join(',')}`];
}

function splitResource(resource: string): readonly [part: string, name: string | undefined] {
  const [, part, name] = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
  return [part ?? 'requests', name];
}

function shown(resource: string, amount: number): string {
  if (resource.endsWith('cpu')) return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1000)}m`;
  return amount > 0 && amount % 2 ** 20 === 0 ? `${amount / 2 ** 20}Mi` : String(amount);
}
