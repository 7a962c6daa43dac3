import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { freePort, makeCertificate, startDockerEngine } from '@lithops-tools/services';
import Docker from 'dockerode';
import type { User } from './api/access.ts';
import { ApiServer } from './api/api-server.ts';
import { ObjectWriter } from './api/object-writer.ts';
import { WatchStreams } from './api/watch-stream.ts';
import { coreDefaults, createClusterObjects } from './cluster-objects.ts';
import { listenForIngress } from './ingress/ingress-listener.ts';
import { type IngressKind, installIngress, removeIngress } from './ingress/ingress-objects.ts';
import { IngressProxy } from './ingress/ingress-proxy.ts';
import { jobAdmission } from './jobs/job-admission.ts';
import { JobController } from './jobs/job-controller.ts';
import { servingWebhook } from './knative/admission/serving-webhook.ts';
import { Revisions } from './knative/revisions.ts';
import { ServiceController } from './knative/service-controller.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { clusterName, removeLeftovers } from './leftovers.ts';
import { GarbageCollector } from './objects/garbage-collector.ts';
import { ObjectStore } from './objects/object-store.ts';
import { podAdmission } from './pods/pod-admission.ts';
import { PodNetwork } from './pods/pod-network.ts';
import { PodRunner } from './pods/pod-runner.ts';
import { SimulatorFaults } from './simulator-faults.ts';
import type { SimulatorOptions } from './simulator-options.ts';

export interface KubernetesSimulator extends AsyncDisposable {
  /** Of the API: `https://127.0.0.1:port`. */
  readonly url: string;
  /** Of the ingress: requests need the Host of a Service. */
  readonly ingressUrl: string;
  /** The address at which pods reach what was exposed; see `expose`. */
  readonly hostAddress: string;
  /** PEM, of who signed the API's certificate. */
  readonly certificateAuthority: string;
  readonly faults: SimulatorFaults;
  /** Requests to the API so far, as `create services`. */
  readonly requests: readonly string[];
  /** Requests through the ingress so far, as `POST host/path`. */
  readonly ingressRequests: readonly string[];
  /** A kubeconfig file's text. Default: `admin`, and the namespace `default`. */
  kubeconfig(user?: string, namespace?: string): string;
  token(user: string): string;
  /** Ends the container of a pod with SIGKILL. */
  kill(pod: string, namespace?: string): Promise<void>;
  /** Makes a port of 127.0.0.1 reachable from pods, and from here, as `hostAddress:port`, which is the answer. */
  expose(port: number): Promise<string>;
}

const EVERYTHING = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] } as const;
const TOKEN_BYTES = 24;

/** A cluster of its own, with Knative, whose pods are containers of the Docker engine. */
export async function startKubernetesSimulator(options: SimulatorOptions = {}): Promise<KubernetesSimulator> {
  await using stack = new AsyncDisposableStack();
  const engine = options.engine ?? stack.use(await startDockerEngine());
  const docker = new Docker({ socketPath: engine.socketPath });
  await removeLeftovers(docker);
  const certificate = stack.use(await makeCertificate());
  const [cert, key] = await Promise.all([
    readFile(certificate.certificateFile, 'utf8'),
    readFile(certificate.keyFile, 'utf8'),
  ]);
  const network = stack.use(await PodNetwork.of(docker));
  const store = new ObjectStore();
  const collector = new GarbageCollector(store);
  const cluster = await clusterName();
  const restartMs = options.restartMs ?? 10_000;
  const runner = stack.use(new PodRunner(store, { docker, cluster, restartMs }));
  stack.use(new JobController(store, restartMs));
  const revisions = stack.use(
    new Revisions(store, runner.images, {
      stableWindowMs: options.stableWindowMs ?? 60_000,
      progressDeadlineMs: options.progressDeadlineMs ?? 600_000,
    }),
  );
  const proxy = stack.use(new IngressProxy(store, revisions));
  const listener = stack.use(await listenForIngress(proxy, options.exposure ?? 'load-balancer-ip'));
  let ingress: IngressKind = options.ingress ?? 'kourier';
  const controller = new ServiceController(store, () => ingress);
  createClusterObjects(store, {
    namespaces: options.namespaces ?? [],
    domain: options.domain ?? 'example.com',
    features: options.features ?? [],
    nodeLabels: options.nodeLabels ?? {},
    nodeCapacity: options.nodeCapacity ?? { cpu: '64', memory: '256Gi' },
  });
  const install = (kind: IngressKind) => {
    removeIngress(store);
    ingress = kind;
    if (kind !== 'none') installIngress(store, kind, listener.address);
    controller.reconcileSoon();
  };
  install(ingress);
  const users = [{ name: 'admin', rules: [EVERYTHING] }, ...(options.users ?? [])].map(
    (user): User => ({ ...user, token: randomBytes(TOKEN_BYTES).toString('base64url') }),
  );
  const port = await freePort();
  const watches = new WatchStreams(store);
  const api = new ApiServer({
    store,
    collector,
    watches,
    writer: new ObjectWriter(store, [coreDefaults, servingWebhook(store), jobAdmission, podAdmission(store)]),
    users: () => users,
    address: `127.0.0.1:${port}`,
    podLog: (namespace, name, query) => runner.log(namespace, name, tailOf(query)),
  });
  const server = createServer({ cert, key }, (request, response) => void api.handle(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const userNamed = (name: string) => {
    const user = users.find((one) => one.name === name);
    if (user === undefined) throw new Error(`no user ${name}; there are ${users.map((one) => one.name).join(', ')}`);
    return user;
  };
  const url = `https://127.0.0.1:${port}`;
  const { host, port: ingressPort } = listener.address;
  const running = stack.move();
  return {
    url,
    ingressUrl: `http://${host}${ingressPort === 80 ? '' : `:${ingressPort}`}`,
    hostAddress: network.hostAddress,
    certificateAuthority: cert,
    faults: new SimulatorFaults(api.faults, proxy.faults, watches, store, install),
    requests: api.requests,
    ingressRequests: proxy.requests,
    kubeconfig: (user = 'admin', namespace = 'default') => kubeconfigText(url, cert, userNamed(user), namespace),
    token: (user) => userNamed(user).token,
    kill: (pod, namespace = 'default') => runner.kill(namespace, pod),
    expose: (exposed) => network.expose(exposed),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function tailOf(query: URLSearchParams): number | undefined {
  const lines = query.get('tailLines');
  return lines === null ? undefined : Number(lines);
}
