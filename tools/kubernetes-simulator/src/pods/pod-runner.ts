import type Docker from 'dockerode';
import type { Pod } from '../objects/core-objects.ts';
import { PODS } from '../objects/kinds.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { Images } from './images.ts';
import { RunningPod } from './running-pod.ts';

export interface PodSettings {
  readonly docker: Docker;
  /** In the label of the containers. */
  readonly cluster: string;
  /** First wait before a container that has ended is started again; it doubles. */
  readonly restartMs: number;
}

/** The nodes' kubelet: runs the container of each pod that is there, and ends those whose pod is gone. */
export class PodRunner {
  readonly images: Images;
  readonly #store: ObjectStore;
  readonly #settings: PodSettings;
  readonly #pods = new Map<string, RunningPod>();
  readonly #ending = new Map<RunningPod, Promise<void>>();
  readonly #stop: () => void;

  constructor(store: ObjectStore, settings: PodSettings) {
    this.#store = store;
    this.#settings = settings;
    this.images = new Images(settings.docker);
    this.#stop = store.onChange(({ kind, type, object }) => {
      if (kind !== PODS) return;
      const { uid = '' } = object.metadata;
      if (type === 'ADDED') this.#start(object as Pod); // of this kind
      if (type === 'DELETED') this.#end(uid);
    });
  }

  /** Ends a container at once, as if it had run out of memory or its node had failed. */
  async kill(namespace: string, name: string): Promise<void> {
    await this.#running(namespace, name).kill();
  }

  log(namespace: string, name: string, tailLines: number | undefined): Promise<string> {
    return this.#running(namespace, name).log(tailLines);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const uid of [...this.#pods.keys()]) this.#end(uid, 'now');
    // Those that use their grace period have no more of it.
    await Promise.all([...this.#ending].map(async ([pod, ended]) => Promise.all([pod.kill(), ended])));
  }

  #running(namespace: string, name: string): RunningPod {
    const { uid = '' } = this.#store.get(PODS, namespace, name).metadata;
    const pod = this.#pods.get(uid);
    if (pod === undefined) throw new Error(`the pod ${namespace}/${name} does not run`);
    return pod;
  }

  #start(pod: Pod): void {
    this.#pods.set(pod.metadata.uid ?? '', new RunningPod(pod, this.#store, this.images, this.#settings));
  }

  #end(uid: string, when: 'gracefully' | 'now' = 'gracefully'): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    this.#pods.delete(uid);
    this.#ending.set(
      pod,
      pod.end(when).finally(() => void this.#ending.delete(pod)),
    );
  }
}
