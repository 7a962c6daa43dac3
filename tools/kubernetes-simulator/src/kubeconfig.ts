import { stringify } from 'yaml';

const CLUSTER = 'simulated';

/** A kubeconfig file for one user. */
export function kubeconfigText(
  server: string,
  certificate: string,
  user: { readonly name: string; readonly token: string },
  namespace: string,
): string {
  const context = `${user.name}@${CLUSTER}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: CLUSTER,
        cluster: { server, 'certificate-authority-data': Buffer.from(certificate).toString('base64') },
      },
    ],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name: context, context: { cluster: CLUSTER, user: user.name, namespace } }],
    'current-context': context,
  });
}
