import { ConfigError, InvocationError, LithopsError } from '@lithops/core/plugin';

/** The HTTP status of what a request to the API server failed with; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const status: unknown = Reflect.get(error, 'code') ?? Reflect.get(error, 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

/** What the API server said, in its own words. */
export function saidBy(error: unknown): string {
  const body: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'body') : undefined;
  if (typeof body === 'string') {
    try {
      const { message } = JSON.parse(body) as { readonly message?: unknown }; // a Status of Kubernetes
      if (typeof message === 'string') return message;
    } catch {
      return body.slice(0, 300);
    }
  }
  if (typeof body === 'object' && body !== null && typeof Reflect.get(body, 'message') === 'string')
    return Reflect.get(body, 'message') as string; // just looked at
  return reasonOf(error);
}

/** Says of a failed request what could not be done, where, and what to do about it. */
export function clusterError(error: unknown, doing: string, server: string): LithopsError {
  if (error instanceof LithopsError) return error;
  const status = statusOf(error);
  const message = `${doing}: ${saidBy(error)} (${server}${status === undefined ? '' : `, ${status}`})`;
  switch (status) {
    case 401:
      return new ConfigError(message, {
        hint: 'the credentials of the kubeconfig are not accepted; log in again',
        cause: error,
      });
    case 403:
      return new ConfigError(message, {
        hint: 'ask for the role in docs/backends/knative.md, or name another namespace or kubecfg_context',
        cause: error,
      });
    case 404:
      return new ConfigError(message, {
        hint: /namespaces? "/.test(saidBy(error))
          ? 'create the namespace, or set namespace to one that is there'
          : 'is Knative Serving installed in this cluster? try kubectl api-resources --api-group=serving.knative.dev',
        cause: error,
      });
    case undefined:
      return new InvocationError(message, {
        hint: 'is the cluster running, and kubecfg_context the right one? try kubectl get namespaces',
        cause: error,
      });
    default:
      return new InvocationError(message, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
}
