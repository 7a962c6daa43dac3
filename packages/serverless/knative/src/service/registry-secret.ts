import { createHash } from 'node:crypto';
import type { Cluster } from '../cluster/cluster.ts';
import type { KnativeSettings } from '../settings.ts';
import { MANAGED_BY } from './labels.ts';

/**
 * Gives the cluster the registry credentials of the configuration, so that it can pull images. Those of `docker login` are
 * a person's own, and stay here.
 * @returns the name of the secret; undefined when there are no credentials
 */
export async function registrySecret(
  cluster: Cluster,
  { dockerServer = 'docker.io', dockerUser, dockerPassword }: KnativeSettings,
): Promise<string | undefined> {
  if (dockerUser === undefined || dockerPassword === undefined) return undefined;
  const server = dockerServer === 'docker.io' ? 'https://index.docker.io/v1/' : dockerServer;
  const auth = Buffer.from(`${dockerUser}:${dockerPassword}`).toString('base64');
  const config = { auths: { [server]: { username: dockerUser, password: dockerPassword, auth } } };
  // By whose it is, not by the password: a new one takes the place of the old.
  const whose = createHash('sha256').update(`${dockerUser}@${server}`).digest('hex').slice(0, 12);
  const name = `lithops-registry-${whose}`;
  await cluster.applySecret({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { name, namespace: cluster.namespace, labels: { ...MANAGED_BY } },
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') },
  });
  return name;
}
