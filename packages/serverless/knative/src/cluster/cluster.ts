import { setTimeout as delay } from 'node:timers/promises';
import {
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
  type V1Pod,
  type V1Secret,
  type V1Service,
  Watch,
} from '@kubernetes/client-node';
import type { KnativeService } from '../service/knative-service.ts';
import { clusterError, statusOf } from './cluster-error.ts';
import type { ClusterAccess } from './load-kube-config.ts';

const SERVING = { group: 'serving.knative.dev', version: 'v1' } as const;
/** Whose fields of an object are ours. */
const FIELD_MANAGER = 'lithops';
const RETRY_PAUSES_MS = [200, 1000, 3000];

/** One message of a watch. */
export interface WatchMessage {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** What we ask of a cluster. Every method throws errors that say what could not be done, and where. */
export class Cluster {
  readonly namespace: string;
  readonly inCluster: boolean;
  readonly server: string;
  readonly #kubeConfig: KubeConfig;
  readonly #core: CoreV1Api;
  readonly #custom: CustomObjectsApi;

  constructor({ kubeConfig, namespace, inCluster }: ClusterAccess) {
    this.#kubeConfig = kubeConfig;
    this.namespace = namespace;
    this.inCluster = inCluster;
    this.server = kubeConfig.getCurrentCluster()?.server ?? '';
    this.#core = kubeConfig.makeApiClient(CoreV1Api);
    this.#custom = kubeConfig.makeApiClient(CustomObjectsApi);
  }

  findService(name: string): Promise<KnativeService | undefined> {
    return this.#find(`Knative service ${name} could not be read`, () =>
      this.#custom.getNamespacedCustomObject({ ...this.#services(), name }),
    );
  }

  async listServices(labelSelector: string): Promise<readonly KnativeService[]> {
    const list: { readonly items: readonly KnativeService[] } = await this.#ask(
      `the Knative services of namespace ${this.namespace} could not be listed`,
      () => this.#custom.listNamespacedCustomObject({ ...this.#services(), labelSelector }),
    );
    return list.items;
  }

  /** Server-side apply: creates or changes, and leaves alone what others say of the object. */
  applyService(service: KnativeService): Promise<KnativeService> {
    const { name } = service.metadata;
    return this.#ask(`Knative service ${name} could not be applied`, () =>
      this.#custom.patchNamespacedCustomObject(
        { ...this.#services(), name, body: service, fieldManager: FIELD_MANAGER, force: true },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      ),
    );
  }

  /** @returns false when there was none */
  async deleteService(name: string): Promise<boolean> {
    const deleted = await this.#find(`Knative service ${name} could not be deleted`, () =>
      this.#custom.deleteNamespacedCustomObject({ ...this.#services(), name, propagationPolicy: 'Background' }),
    );
    return deleted !== undefined;
  }

  findRevision(name: string): Promise<KnativeService | undefined> {
    return this.#find(`Knative revision ${name} could not be read`, () =>
      this.#custom.getNamespacedCustomObject({ ...this.#services(), plural: 'revisions', name }),
    );
  }

  /**
   * The changes of a service from a version of it on, until the connection or the signal ends.
   * @throws Error with `statusCode`
   */
  async watchService(
    name: string,
    resourceVersion: string,
    signal: AbortSignal,
    onMessage: (message: WatchMessage) => void,
  ): Promise<void> {
    const path = `/apis/${SERVING.group}/${SERVING.version}/namespaces/${encodeURIComponent(this.namespace)}/services`;
    const query = { fieldSelector: `metadata.name=${name}`, resourceVersion, allowWatchBookmarks: true };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watching = await new Watch(this.#kubeConfig).watch(
      path,
      query,
      (type, object) => onMessage({ type: type as WatchMessage['type'], object }), // what API servers send
      (error: unknown) => (error === null || error === undefined ? resolve() : reject(error)),
    );
    const stop = () => {
      watching.abort();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
      watching.abort();
    }
  }

  findSecret(name: string): Promise<V1Secret | undefined> {
    return this.#find(`secret ${name} could not be read`, () =>
      this.#core.readNamespacedSecret({ namespace: this.namespace, name }),
    );
  }

  /** @returns undefined when there is one already */
  async createSecret(body: V1Secret): Promise<V1Secret | undefined> {
    const doing = `secret ${body.metadata?.name} could not be created`;
    try {
      return await this.#core.createNamespacedSecret({ namespace: this.namespace, body, fieldManager: FIELD_MANAGER });
    } catch (error) {
      if (statusOf(error) === 409) return undefined;
      throw clusterError(error, doing, this.server);
    }
  }

  applySecret(body: V1Secret): Promise<V1Secret> {
    const name = body.metadata?.name ?? '';
    return this.#ask(`secret ${name} could not be applied`, () =>
      this.#core.patchNamespacedSecret(
        { namespace: this.namespace, name, body, fieldManager: FIELD_MANAGER, force: true },
        setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
      ),
    );
  }

  async listSecretNames(labelSelector: string): Promise<readonly string[]> {
    const { items } = await this.#ask(`the secrets of namespace ${this.namespace} could not be listed`, () =>
      this.#core.listNamespacedSecret({ namespace: this.namespace, labelSelector }),
    );
    return items.flatMap(({ metadata }) => metadata?.name ?? []);
  }

  /** @returns false when there was none */
  async deleteSecret(name: string): Promise<boolean> {
    const deleted = await this.#find(`secret ${name} could not be deleted`, () =>
      this.#core.deleteNamespacedSecret({ namespace: this.namespace, name }),
    );
    return deleted !== undefined;
  }

  async listPods(labelSelector: string): Promise<readonly V1Pod[]> {
    const { items } = await this.#ask(`the pods of namespace ${this.namespace} could not be listed`, () =>
      this.#core.listNamespacedPod({ namespace: this.namespace, labelSelector }),
    );
    return items;
  }

  /** A service of Kubernetes itself, in any namespace: what an ingress is reached by. */
  findNetworkService(namespace: string, name: string): Promise<V1Service | undefined> {
    return this.#find(`service ${namespace}/${name} could not be read`, () =>
      this.#core.readNamespacedService({ namespace, name }),
    );
  }

  async listNodes(): Promise<readonly V1Node[]> {
    return (await this.#ask('the nodes of the cluster could not be listed', () => this.#core.listNode())).items;
  }

  #services() {
    return { ...SERVING, namespace: this.namespace, plural: 'services' };
  }

  async #find<Value>(doing: string, ask: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await this.#ask(doing, ask);
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown }; // made by clusterError
      if (statusOf(cause) === 404) return undefined;
      throw error;
    }
  }

  /** Everything that is asked this way may be asked twice. */
  async #ask<Value>(doing: string, ask: () => Promise<Value>): Promise<Value> {
    for (let tries = 0; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        const pause = RETRY_PAUSES_MS[tries];
        if (pause === undefined || !isPassing(error)) throw clusterError(error, doing, this.server);
        await delay(pause * (0.5 + Math.random() / 2));
      }
    }
  }
}

/** Whether it may be well when it is tried again. */
function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  return status === 429 || (status !== undefined && status >= 500);
}
