import type { AuthConfig } from 'dockerode';
import type { PodSpec } from '../objects/core-objects.ts';
import { SECRETS, SERVICE_ACCOUNTS } from '../objects/kinds.ts';
import { at, isObject, type JsonObject } from '../objects/kube-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';

const DOCKER_HUB = 'docker.io';

/** Where an image is: the host of its registry, undefined when its name has none. */
export function registryOf(image: string): string | undefined {
  const [host = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(host) || host === 'localhost') ? host : undefined;
}

/** What the pull secrets of a pod and of its service account have for the registry of an image. */
export function imageCredentials(
  store: ObjectStore,
  namespace: string,
  { imagePullSecrets = [], serviceAccountName }: PodSpec,
  image: string,
): AuthConfig | undefined {
  const account = store.find(SERVICE_ACCOUNTS, namespace, serviceAccountName || 'default');
  const registry = registryOf(image) ?? DOCKER_HUB;
  for (const { name = '' } of [...imagePullSecrets, ...(account?.imagePullSecrets ?? [])]) {
    const secret = store.find(SECRETS, namespace, name);
    const content = secret?.type === 'kubernetes.io/dockerconfigjson' ? secret.data?.['.dockerconfigjson'] : undefined;
    if (content === undefined) continue;
    const auths = at(JSON.parse(Buffer.from(content, 'base64').toString()), 'auths');
    for (const [server, entry] of Object.entries(isObject(auths) ? auths : {}))
      if (isObject(entry) && hostOf(server) === registry) return credentialsIn(entry, registry);
  }
  return undefined;
}

function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' ? DOCKER_HUB : host;
}

function credentialsIn(entry: JsonObject, registry: string): AuthConfig {
  const pair = Buffer.from(String(entry['auth'] ?? ''), 'base64').toString();
  const [, user = '', secret = ''] = /^([^:]*):(.*)$/s.exec(pair) ?? [];
  return {
    username: String(entry['username'] ?? user),
    password: String(entry['password'] ?? secret),
    serveraddress: registry,
  };
}
