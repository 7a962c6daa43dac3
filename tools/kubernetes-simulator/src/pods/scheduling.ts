import type { Node, Pod } from '../objects/core-objects.ts';
import { NODES, PODS } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { quantity } from './quantity.ts';

/** The node that a pod fits on, or why there is none, as the scheduler tells it. */
export function scheduled(store: ObjectStore, pod: Pod): { readonly node: Node } | { readonly message: string } {
  const nodes = store.list(NODES);
  const reasons = new Map<string, number>();
  for (const node of nodes) {
    const against = reasonAgainst(store, node, pod);
    if (against === undefined) return { node };
    reasons.set(against, (reasons.get(against) ?? 0) + 1);
  }
  const told = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return { message: `0/${nodes.length} nodes are available: ${told}.` };
}

function reasonAgainst(store: ObjectStore, node: Node, pod: Pod): string | undefined {
  const labels = node.metadata.labels ?? {};
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (selector.some(([key, value]) => labels[key] !== value))
    return "node(s) didn't match Pod's node affinity/selector";
  if (node.spec?.unschedulable === true) return 'node(s) were unschedulable';
  const others = store.list(PODS).filter(({ spec, metadata, status }) => {
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    return spec.nodeName === node.metadata.name && metadata.uid !== pod.metadata.uid && !ended;
  });
  for (const resource of ['cpu', 'memory']) {
    const used = [...others, pod].reduce((sum, one) => sum + requested(one, resource), 0);
    const has = node.status?.allocatable?.[resource];
    if (has !== undefined && requested(pod, resource) > 0 && used > quantity(has) + 1e-9)
      return `Insufficient ${resource}`;
  }
  return undefined;
}

/** What is not asked for, but limited, is asked for. */
function requested(pod: Pod, resource: string): number {
  return pod.spec.containers.reduce(
    (sum, { resources }) => sum + quantity(resources?.requests?.[resource] ?? resources?.limits?.[resource]),
    0,
  );
}
