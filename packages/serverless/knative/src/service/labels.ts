/** On all that we make in a cluster. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'lithops' } as const;
/** On the services of runtimes. */
export const RUNTIME_LABELS = { ...MANAGED_BY, 'app.kubernetes.io/component': 'lithops-runtime' } as const;
/** What `runtime` was called, before the worker was put into the image. */
export const RUNTIME_ANNOTATION = 'lithops.cloud/runtime';
export const MEMORY_ANNOTATION = 'lithops.cloud/memory';
export const TIMEOUT_ANNOTATION = 'lithops.cloud/timeout';
/** Changed to have a service that failed tried again. */
export const TRY_ANNOTATION = 'lithops.cloud/try';
/** The secret of a namespace that its workers and those who may call them share. */
export const TOKEN_SECRET = 'lithops-worker-token';
export const TOKEN_KEY = 'token';

/** What objects are listed by that have these labels. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
