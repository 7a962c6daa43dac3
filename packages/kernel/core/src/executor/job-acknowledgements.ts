import type { FuturesList } from '../future/futures-list.ts';
import type { Job } from '../job/job.ts';
import type { ExecutorCompute } from './executor-compute.ts';
import type { ExecutorState } from './executor-state.ts';
import type { MapOptions } from './map-options.ts';

/** Sees that durable jobs are in storage before anybody is told that they are submitted. */
export class JobAcknowledgements {
  readonly #compute: ExecutorCompute;
  readonly #state: ExecutorState;
  readonly #running = new Set<Promise<void>>();

  constructor(compute: ExecutorCompute, state: ExecutorState) {
    this.#compute = compute;
    this.#state = state;
  }

  /** Jobs of a backend that only accepts work are durable in any case; so are those of one that is not known yet, until it is. */
  mayBeDurable(method: string, { durable }: MapOptions): boolean {
    if (durable !== undefined) return durable;
    const { delivery } = this.#compute;
    if (method === 'mapStream' || delivery === 'stream' || delivery === 'response') return false;
    return this.#state.reached;
  }

  /** @param complete resolves when the job has all its calls; absent: it has them */
  acknowledge(job: Job, futures?: FuturesList<unknown>, complete?: Promise<unknown>): void {
    complete?.catch(() => {}); // told by the list and its futures
    if (job.record === undefined) return;
    const acknowledged =
      job.record.implicit && this.#compute.delivery !== 'storage'
        ? this.#acknowledgeIfNeeded(job, complete)
        : job.acknowledge(complete);
    futures?.acknowledgedBy(acknowledged);
    this.#running.add(acknowledged);
    const done = () => this.#running.delete(acknowledged);
    acknowledged.then(done, done);
  }

  /** Waits for those that are under way, however they end. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #acknowledgeIfNeeded(job: Job, complete: Promise<unknown> | undefined): Promise<void> {
    await this.#compute.known();
    const { record } = job;
    if (record === undefined) return;
    if (this.#compute.delivery === 'storage') return job.acknowledge(complete);
    this.#state.drop(record);
    job.dropRecord();
  }
}
