import type { BackendCleanOptions, BackendCleanReport } from '@lithops/core/plugin';
import type { Cluster } from './cluster/cluster.ts';
import { MANAGED_BY, RUNTIME_LABELS, selectorOf } from './service/labels.ts';

/**
 * Deletes the services of all runtimes in the namespace, and with `everything` the secrets that were made for them. What
 * has not our labels stays.
 */
export async function cleanNamespace(
  cluster: Cluster,
  { scope, signal }: BackendCleanOptions,
): Promise<BackendCleanReport> {
  const deleted: string[] = [];
  for (const { metadata } of await cluster.listServices(selectorOf(RUNTIME_LABELS))) {
    signal.throwIfAborted();
    if (await cluster.deleteService(metadata.name)) deleted.push(`service ${metadata.name}`);
  }
  if (scope === 'runtimes') return { deleted };
  for (const name of await cluster.listSecretNames(selectorOf(MANAGED_BY))) {
    signal.throwIfAborted();
    if (await cluster.deleteSecret(name)) deleted.push(`secret ${name}`);
  }
  return { deleted };
}
