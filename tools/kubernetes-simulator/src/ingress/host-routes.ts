import type { Revision, Route, TrafficTarget } from '../knative/serving-objects.ts';
import { REVISIONS, ROUTES } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';

const CLUSTER_DOMAIN = 'svc.cluster.local';

/** The revision that a request for a host goes to; undefined when no route has the host, or none that is ready. */
export function revisionFor(store: ObjectStore, host: string): Revision | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  for (const route of store.list(ROUTES)) {
    const target = targetFor(route, name);
    const { namespace = '' } = route.metadata;
    if (target?.revisionName !== undefined) return store.find(REVISIONS, namespace, target.revisionName);
  }
  return undefined;
}

function targetFor({ metadata, status }: Route, host: string): TrafficTarget | undefined {
  const { traffic = [], url, conditions = [] } = status ?? {};
  if (!conditions.some((one) => one.type === 'AllTrafficAssigned' && one.status === 'True')) return undefined;
  const tagged = traffic.find((one) => one.url === `http://${host}`);
  if (tagged !== undefined) return tagged;
  if (url !== `http://${host}` && host !== `${metadata.name}.${metadata.namespace}.${CLUSTER_DOMAIN}`) return undefined;
  let draw = Math.random() * 100;
  return traffic.find(({ percent = 0 }) => {
    draw -= percent;
    return percent > 0 && draw < 0;
  });
}
