/** Docker Hub's names are not where it listens. */
const HUB_ORIGIN = 'https://registry-1.docker.io';

/**
 * Where a registry listens. As with Docker, those on this machine are spoken to without TLS, and those that are listed
 * as insecure.
 * @param registry As image names begin: `ghcr.io`, `localhost:5000`.
 */
export function registryOrigin(registry: string, insecure: readonly string[] = []): string {
  if (registry === 'docker.io') return HUB_ORIGIN;
  const host = registry.replace(/:\d+$/, '');
  const isLocal = host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
  return `${isLocal || insecure.includes(registry) ? 'http' : 'https'}://${registry}`;
}
