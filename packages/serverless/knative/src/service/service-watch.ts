import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { clusterError, statusOf } from '../cluster/cluster-error.ts';
import type { KnativeService } from './knative-service.ts';

const PAUSE_MS = 500;
const MOST_FAILURES = 5;

/**
 * A service as it is now. The watch goes on where it broke; where the server has forgotten what was between (410), the
 * service is read anew.
 */
export class ServiceWatch implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #name: string;
  readonly #end = new AbortController();
  #current: KnativeService | undefined;
  #version: string;
  #change = Promise.withResolvers<void>();
  #failure: unknown;
  #running: Promise<void> = Promise.resolve();

  private constructor(cluster: Cluster, first: KnativeService | undefined, name: string) {
    this.#cluster = cluster;
    this.#name = name;
    this.#current = first;
    this.#version = first?.metadata.resourceVersion ?? '';
  }

  static async start(cluster: Cluster, name: string, signal: AbortSignal): Promise<ServiceWatch> {
    const watch = new ServiceWatch(cluster, await cluster.findService(name), name);
    const running = AbortSignal.any([watch.#end.signal, signal]);
    watch.#running = watch.#run(running).catch((error: unknown) => {
      watch.#failure = error;
      watch.#change.resolve();
    });
    return watch;
  }

  /** Undefined when there is none. @throws what the watch failed with */
  get current(): KnativeService | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#current;
  }

  /** Resolves when it is another than when this was called. */
  changed(): Promise<void> {
    return this.#change.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let isForgotten = false;
      try {
        await this.#cluster.watchService(this.#name, this.#version, signal, ({ type, object }) => {
          failures = 0;
          if (type === 'ERROR') isForgotten = true;
          else this.#take(type === 'DELETED' ? undefined : type, object as KnativeService); // of the path that is watched
        });
      } catch (error) {
        if (signal.aborted) return;
        isForgotten = statusOf(error) === 410;
        const refused = statusOf(error) === 403 || statusOf(error) === 401;
        if (refused || ++failures > MOST_FAILURES)
          throw clusterError(error, `Knative service ${this.#name} could not be watched`, this.#cluster.server);
      }
      if (isForgotten) this.#set(await this.#cluster.findService(this.#name));
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {}); // looked at above
    }
  }

  #take(type: string | undefined, service: KnativeService): void {
    this.#version = service.metadata.resourceVersion ?? this.#version;
    if (type !== 'BOOKMARK') this.#set(type === undefined ? undefined : service);
  }

  #set(service: KnativeService | undefined): void {
    this.#current = service;
    if (service !== undefined) this.#version = service.metadata.resourceVersion ?? this.#version;
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }
}
