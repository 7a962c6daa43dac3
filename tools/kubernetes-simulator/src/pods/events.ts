import { EVENTS } from '../objects/kinds.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { now, type ObjectStore } from '../objects/object-store.ts';

/** Tells of something that happened to an object, where `kubectl describe` shows it. */
export function recordEvent(
  store: ObjectStore,
  { apiVersion, kind, metadata: { name, namespace = '', uid } }: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  component: string,
): void {
  const time = now();
  store.create(EVENTS, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.`, name: '', namespace },
    involvedObject: { apiVersion, kind, name, namespace, uid },
    reason,
    message,
    type,
    source: { component },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  });
}
