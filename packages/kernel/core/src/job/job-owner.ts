import { decodeValue, encodeValue } from '@lithops/worker/values';
import { ownerKey, ownersPrefix } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Who works on an executor's jobs, as it is kept in storage. */
export interface JobOwner extends ProcessIdentity {
  /** Counts up as long as the owner lives. */
  readonly beat: number;
  /** It has let go of the jobs. */
  readonly released: boolean;
}

const BEAT_MS = 5000;
/** An owner on another machine of which nothing is seen for this long is gone. */
const SILENCE_MS = 3 * BEAT_MS;

/** Ownership of an executor's jobs: one process at a time works on them. The last generation is the owner. */
export class Ownership {
  readonly generation: number;
  readonly #store: StorageJobStore;
  readonly #executorId: string;
  readonly #identity = ownIdentity();
  readonly #timer: NodeJS.Timeout;
  #beat = 0;
  #released = false;

  private constructor(store: StorageJobStore, executorId: string, generation: number) {
    this.#store = store;
    this.#executorId = executorId;
    this.generation = generation;
    this.#timer = setInterval(() => void this.#show().catch(() => {}), BEAT_MS).unref();
  }

  /** Takes over from the generation before. @returns undefined when somebody else came first */
  static async claim(store: StorageJobStore, executorId: string, generation: number): Promise<Ownership | undefined> {
    const owner = encodeValue({ ...ownIdentity(), beat: 0, released: false } satisfies JobOwner);
    const claimed = await store.put(ownerKey(executorId, generation), owner, { ifAbsent: true, durable: true });
    return claimed ? new Ownership(store, executorId, generation) : undefined;
  }

  /** Lets go of the jobs: who comes next need not wait. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    this.#released = true;
    await this.#show();
  }

  async #show(): Promise<void> {
    const owner: JobOwner = { ...this.#identity, beat: ++this.#beat, released: this.#released };
    await this.#store.put(ownerKey(this.#executorId, this.generation), encodeValue(owner));
  }
}

/** The last owner; undefined when there was none. */
export async function lastOwner(
  store: StorageJobStore,
  executorId: string,
): Promise<{ readonly generation: number; readonly owner: JobOwner } | undefined> {
  let last: string | undefined;
  for await (const { key } of store.list(ownersPrefix(executorId))) last = key;
  const bytes = last === undefined ? undefined : await store.find(last);
  if (last === undefined || bytes === undefined) return undefined;
  return { generation: Number(last.slice(last.lastIndexOf('/') + 1)), owner: decodeValue(bytes) as JobOwner }; // written by claim
}

/** Watches whether an owner still lives. */
export class OwnerWatch {
  #beat: number | undefined;
  #seenAt = performance.now();

  /** Undefined: it cannot be told yet; ask again. */
  lives(owner: JobOwner): boolean | undefined {
    if (owner.released) return false;
    const running = isRunning(owner);
    if (running !== undefined) return running;
    const first = this.#beat === undefined;
    if (!first && owner.beat !== this.#beat) {
      this.#beat = owner.beat;
      this.#seenAt = performance.now();
      return true;
    }
    this.#beat = owner.beat;
    return performance.now() - this.#seenAt > SILENCE_MS ? false : undefined;
  }
}
