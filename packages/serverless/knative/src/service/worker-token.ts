import { randomBytes } from 'node:crypto';
import { InvocationError } from '@lithops/core/plugin';
import type { Cluster } from '../cluster/cluster.ts';
import { MANAGED_BY, TOKEN_KEY, TOKEN_SECRET } from './labels.ts';

/** The token that workers of the namespace ask for; made when there is none. Of several that make one at once all get the same. */
export async function workerToken(cluster: Cluster): Promise<string> {
  const found =
    (await cluster.findSecret(TOKEN_SECRET)) ??
    (await createToken(cluster)) ??
    (await cluster.findSecret(TOKEN_SECRET));
  const encoded = found?.data?.[TOKEN_KEY];
  if (encoded !== undefined && encoded !== '') return Buffer.from(encoded, 'base64').toString();
  throw new InvocationError(`secret ${TOKEN_SECRET} of namespace ${cluster.namespace} has no key '${TOKEN_KEY}'`, {
    hint: `delete it; it is made anew: kubectl -n ${cluster.namespace} delete secret ${TOKEN_SECRET}`,
  });
}

function createToken(cluster: Cluster) {
  const token = randomBytes(32).toString('base64url');
  return cluster.createSecret({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: TOKEN_SECRET, namespace: cluster.namespace, labels: { ...MANAGED_BY } },
    data: { [TOKEN_KEY]: Buffer.from(token).toString('base64') },
  });
}
