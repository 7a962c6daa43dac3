import type { Pod } from '../objects/core-objects.ts';

/** A pod that has a request; `release` is called when it has answered. */
export interface Slot {
  readonly address: string;
  readonly port: number;
  readonly release: () => void;
}

interface Waiting {
  readonly resolve: (slot: Slot) => void;
  readonly reject: (error: Error) => void;
}

const MOST_WAITING = 10_000;

/** As the activator refuses requests beyond its capacity. */
export class QueueFullError extends Error {}

/**
 * The requests of one revision: those that its pods have, at most `concurrency` each (0: any number), and those that wait
 * for a pod, first come first served.
 */
export class RequestQueue {
  readonly #concurrency: number;
  readonly #changed: () => void;
  readonly #busy = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #ready: readonly Pod[] = [];

  /** `changed` is called whenever there is a request more. */
  constructor(concurrency: number, changed: () => void) {
    this.#concurrency = concurrency;
    this.#changed = changed;
  }

  /** Requests in pods and waiting. */
  get size(): number {
    return this.#waiting.length + [...this.#busy.values()].reduce((sum, count) => sum + count, 0);
  }

  busy(pod: Pod): number {
    return this.#busy.get(pod.metadata.uid ?? '') ?? 0;
  }

  setReady(pods: readonly Pod[]): void {
    this.#ready = pods;
    this.#serve();
  }

  /** A place in a pod, when there is one. @throws QueueFullError, or the signal's reason. */
  acquire(signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error); // that of a controller of ours
      if (this.#waiting.length >= MOST_WAITING) return reject(new QueueFullError('pending request queue full'));
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error); // as above
      };
      const entry: Waiting = {
        reject,
        resolve: (slot) => {
          signal.removeEventListener('abort', onAbort);
          resolve(slot);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(entry);
      this.#serve();
      this.#changed();
    });
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const pod = this.#freest();
      if (pod === undefined) return;
      const { uid = '' } = pod.metadata;
      this.#busy.set(uid, this.busy(pod) + 1);
      let held = true;
      const release = () => {
        if (!held) return;
        held = false;
        const left = this.busy(pod) - 1;
        if (left > 0) this.#busy.set(uid, left);
        else this.#busy.delete(uid);
        this.#serve();
        this.#changed();
      };
      const port = pod.spec.containers[0]?.ports?.[0]?.containerPort ?? 8080;
      this.#waiting.shift()?.resolve({ address: pod.status?.podIP ?? '', port, release });
    }
  }

  #freest(): Pod | undefined {
    const free = this.#ready.filter((pod) => this.#concurrency === 0 || this.busy(pod) < this.#concurrency);
    return free.sort((a, b) => this.busy(a) - this.busy(b))[0];
  }
}
