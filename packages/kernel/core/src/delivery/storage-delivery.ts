import type { CallEvent, Invocation, TaskSetup } from '@lithops/worker';
import { encodeRecord, encodeStoredInvocation, invocationKey, recordKey } from '@lithops/worker/protocol';
import { InvocationError } from '../errors/invocation-error.ts';
import { workerLost } from '../errors/worker-lost.ts';
import { WorkerLostError } from '../errors/worker-lost-error.ts';
import type { InvocationRunner } from '../invocation/invocation-runner.ts';
import type { CompletionChannel } from '../plugin/completion-channel.ts';
import type {
  AcceptedInvocation,
  ComputeBackend,
  DetachedInvocation,
  InvocationRun,
  InvokeOptions,
} from '../plugin/compute-plugin.ts';
import { jobPrefix, logKey } from '../storage/job-keys.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import type { TaskNoticesConfig } from '../storage/task-notices.ts';
import type { StoredModules } from './stored-modules.ts';

export interface StorageDeliverySettings {
  readonly store: StorageJobStore;
  readonly channel: CompletionChannel;
  readonly task: TaskSetup;
  /** What workers tell of news with, if they can. */
  readonly notices?: TaskNoticesConfig;
  /** Workers give a sign of life this often. */
  readonly heartbeatMs: number;
  /** What has given no sign of life so long after it was accepted was dropped by the platform. Absent: nobody knows. */
  readonly startMs?: number;
  /** Told that there are objects of this job. */
  readonly used: (prefix: string) => void;
  readonly modules: StoredModules;
}

/** A worker that has missed so many signs of life is gone. */
const MISSED_BEATS = 4;
/** Calls that the platform has dropped so often in sequence are not handed over again. */
const MOST_DROPS = 3;

/** Gives the runs of a backend that only accepts work: it is handed over in storage, and its events are read from there. */
export class StorageDelivery implements InvocationRunner, AsyncDisposable {
  readonly #backend: ComputeBackend;
  readonly #settings: StorageDeliverySettings;
  /** Runs that are being given up. */
  readonly #endings = new Set<Promise<void>>();
  /** How often the platform has dropped invocations, by what they begin with. */
  readonly #drops = new Map<string, number>();

  constructor(backend: ComputeBackend, settings: StorageDeliverySettings) {
    this.#backend = backend;
    this.#settings = settings;
  }

  invoke(invocation: Invocation, options: InvokeOptions): InvocationRun {
    return this.#run(invocation, options);
  }

  /** Nobody waits for this invocation: a worker that is started with it ends at once. */
  async abandon(log: string): Promise<void> {
    for (let number = 0; !(await this.#close(log, number)); number++);
  }

  /** The run of an invocation that another client has handed over. */
  async *rejoin(log: string, signal: AbortSignal): AsyncGenerator<CallEvent, void, void> {
    const stopped = () => this.#giveUp(log, {});
    signal.addEventListener('abort', stopped, { once: true });
    try {
      yield* this.#events(log, signal, {});
    } finally {
      signal.removeEventListener('abort', stopped);
    }
  }

  async *#run(invocation: Invocation, options: InvokeOptions): AsyncGenerator<CallEvent, void, void> {
    const prefix = jobPrefix(invocation.executorId, invocation.jobId);
    this.#settings.used(prefix);
    const log = invocation.log ?? logKey(prefix, 0, Number(invocation.id.slice(invocation.id.lastIndexOf('/') + 1)));
    const detached = await this.#store({ ...invocation, log }, options, log);
    if (options.signal.aborted) return;
    const accepted = await this.#accept(invocation, { ...options, detached });
    const stopped = () => this.#giveUp(log, accepted);
    options.signal.addEventListener('abort', stopped, { once: true });
    try {
      yield* this.#untilDropped(invocation, log, options.signal, accepted);
    } finally {
      options.signal.removeEventListener('abort', stopped);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#settings.channel[Symbol.asyncDispose]();
    await Promise.all(this.#endings);
  }

  /** Puts all that a worker needs into storage, so that what it is started with is small. */
  async #store(invocation: Invocation, { module }: InvokeOptions, log: string): Promise<DetachedInvocation> {
    const { store, task, notices, heartbeatMs, modules } = this.#settings;
    const moduleKey = await modules.keyOf(invocation.executorId, module);
    const key = invocationKey(log);
    // What opens storages goes with the request, never into storage.
    const { task: own = task, ...rest } = invocation;
    await store.put(key, encodeStoredInvocation(rest), { durable: true });
    return { key, moduleKey, task: own, heartbeatMs, ...(notices !== undefined && { notices }) };
  }

  async #accept(invocation: Invocation, options: InvokeOptions): Promise<AcceptedInvocation> {
    const answer = this.#backend.invoke(invocation, options);
    if (answer instanceof Promise) return answer;
    throw new InvocationError(
      'the backend says that it delivers by storage, and answers with events; one of the two is wrong',
    );
  }

  /** What the platform has accepted and never started goes back, to be handed over again. @throws InvocationError when that does not help */
  async *#untilDropped(
    { jobId, calls }: Invocation,
    log: string,
    signal: AbortSignal,
    accepted: AcceptedInvocation,
  ): AsyncGenerator<CallEvent, void, void> {
    const key = `${jobId} ${calls[0]}`;
    try {
      yield* this.#events(log, signal, accepted);
      this.#drops.delete(key);
    } catch (error) {
      if (!(error instanceof DroppedInvocation)) throw error;
      const drops = (this.#drops.get(key) ?? 0) + 1;
      this.#drops.set(key, drops);
      if (drops < MOST_DROPS) return yield { type: 'returned', calls: [...calls] };
      this.#drops.delete(key);
      const seconds = Math.round((this.#settings.startMs ?? 0) / 1000);
      throw new InvocationError(
        `the platform has accepted the invocation ${drops} times, and not started it within ${seconds} s${named(accepted)}`,
        { hint: 'it may have too much to do: lower max_workers, or raise start_timeout' },
      );
    }
  }

  async *#events(
    log: string,
    signal: AbortSignal,
    accepted: AcceptedInvocation,
  ): AsyncGenerator<CallEvent, void, void> {
    const { channel, heartbeatMs, startMs = Number.POSITIVE_INFINITY } = this.#settings;
    const mostMs = MISSED_BEATS * heartbeatMs;
    const acceptedAt = performance.now();
    let records = 0;
    for await (const told of channel.follow(log, signal)) {
      if ('silentMs' in told) {
        // Closed before its calls are run elsewhere: should it live after all, what it tells is not heard any more.
        const { silentMs } = told;
        if (silentMs === undefined) {
          // Closed, too: a worker that starts after all ends at once.
          if (performance.now() - acceptedAt < startMs || !(await this.#close(log, records))) continue;
          await accepted.cancel?.();
          throw new DroppedInvocation();
        }
        if (silentMs > mostMs && (await this.#close(log, records))) {
          await accepted.cancel?.();
          const why = await accepted.lastWords?.();
          if (why !== undefined) throw why;
          throw new WorkerLostError(
            `the worker gave no sign of life for ${Math.round(silentMs / 1000)} s${named(accepted)}`,
          );
        }
        continue;
      }
      records++;
      for (const reply of told.replies) {
        if (reply.type === 'event') yield reply.event;
        if (reply.type === 'finished') return;
        if (reply.type === 'lost') throw workerLost(reply.death, { detail: named(accepted) });
      }
      if (told.closed) return;
    }
  }

  #giveUp(log: string, accepted: AcceptedInvocation): void {
    const ending = this.#end(log, accepted).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }

  async #end(log: string, accepted: AcceptedInvocation): Promise<void> {
    try {
      // Wherever its end is, a record there stops the worker at its next.
      await this.abandon(log);
    } catch {
      // Without storage the worker cannot tell anything either.
    }
    await accepted.cancel?.();
  }

  /** @returns false when there is a record of that number already */
  #close(log: string, number: number): Promise<boolean> {
    const record = encodeRecord({ writer: 'client', closed: true, replies: [] });
    return this.#settings.store.put(recordKey(log, number), record, { ifAbsent: true });
  }
}

/** The platform has not started what it had accepted. */
class DroppedInvocation extends Error {}

function named({ id }: AcceptedInvocation): string {
  return id === undefined ? '' : ` (${id})`;
}
