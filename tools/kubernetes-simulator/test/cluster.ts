import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { json, text } from 'node:stream/consumers';
import {
  ApiException,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
} from '@kubernetes/client-node';
import { type KubernetesSimulator, type SimulatorOptions, startKubernetesSimulator } from '../src/index.ts';

/** A cluster, and the official client's view of it. */
export interface TestCluster extends AsyncDisposable {
  readonly simulator: KubernetesSimulator;
  readonly as: (user?: string) => Clients;
}

export interface Clients {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  readonly custom: CustomObjectsApi;
  readonly objects: KubernetesObjectApi;
  readonly authorization: AuthorizationV1Api;
}

export async function startCluster(options: SimulatorOptions = {}): Promise<TestCluster> {
  const simulator = await startKubernetesSimulator(options);
  return {
    simulator,
    as: (user) => clientsOf(simulator.kubeconfig(user)),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

export function clientsOf(kubeconfig: string): Clients {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    batch: config.makeApiClient(BatchV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    objects: config.makeApiClient(KubernetesObjectApi),
    authorization: config.makeApiClient(AuthorizationV1Api),
  };
}

export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason: string; readonly field: string; readonly message: string }[];
  };
}

/** How a request was refused. @throws Error when it was not. */
export async function refusalOf(asked: Promise<unknown>): Promise<Refusal> {
  const error = await asked.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw error;
  // Of a 401 the client keeps no more than the code.
  if (error.body === undefined) return { code: error.code, reason: '', message: '' };
  return (typeof error.body === 'string' ? JSON.parse(error.body) : error.body) as Refusal; // a Status
}

export function configMap(name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data };
}

/** What the client does not show of an answer of the API. */
export async function send(
  { url, certificateAuthority, token }: KubernetesSimulator,
  method: string,
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly content: unknown }> {
  const headers = { authorization: `Bearer ${token('admin')}`, 'content-type': 'application/json' };
  const asked = request(`${url}${path}`, { method, headers, ca: certificateAuthority }).end(JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new Error('no response');
  return { status: response.statusCode ?? 0, headers: response.headers, content: await json(response) };
}

/** An answer that came through the ingress, whose body may still be on its way. */
export async function begin(
  { ingressUrl }: KubernetesSimulator,
  service: string,
  path = '/',
  body = '',
): Promise<IncomingMessage> {
  const headers = { host: `${service}.default.example.com` };
  const asked = httpRequest(`${ingressUrl}${path}`, { method: 'POST', headers, agent: false }).end(body);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new Error('no response');
  return response;
}

/** Status and text of a whole answer. */
export async function call(...asked: Parameters<typeof begin>): Promise<readonly [status: number, text: string]> {
  const response = await begin(...asked);
  return [response.statusCode ?? 0, await text(response)];
}
