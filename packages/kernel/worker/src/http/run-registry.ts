import type { CallEvent } from '../call-event.ts';
import type { Invocation, ShippedModule } from '../invocation.ts';
import type { ProcessPool } from '../pool/process-pool.ts';
import type { WorkerDied } from '../pool/worker-died.ts';
import { encodeReply, type WorkerDeath, type WorkerReply } from '../protocol/index.ts';
import { RunJournal } from './run-journal.ts';

export interface RunRegistryOptions {
  readonly pool: ProcessPool;
  /** Invocations at once. */
  readonly concurrency: number;
  /** How long a run goes on that nobody reads, in ms: its client may come back. */
  readonly abandonMs: number;
  /** How much is kept of runs that have ended, for clients that read it again, in bytes. */
  readonly keptBytes: number;
  /** How long it is known that a run has ended, in ms. */
  readonly rememberMs: number;
}

interface Run {
  readonly journal: RunJournal;
  readonly abort: AbortController;
  recall(): void;
}

/** Why an invocation is not run. */
export type Refusal = 'busy' | 'ran-already' | 'cancelled';

const CHANNEL = 1;

/**
 * The invocations of this worker, by their ids: one that arrives a second time, because a proxy or its client tried again,
 * joins the first and is not run twice.
 */
export class RunRegistry {
  readonly #options: RunRegistryOptions;
  readonly #runs = new Map<string, Run>();
  /** Those that were cancelled before they came. */
  readonly #cancelled = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Journals of runs that have ended, the oldest first. */
  readonly #kept: RunJournal[] = [];
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: RunRegistryOptions) {
    this.#options = options;
  }

  /** The journal of an invocation that is known, or a refusal; undefined when it has to be started. */
  find(id: string): RunJournal | Refusal | undefined {
    const known = this.#runs.get(id);
    if (known !== undefined) return known.journal.readable ? known.journal : 'ran-already';
    if (this.#cancelled.has(id)) return 'cancelled';
    return this.#running >= this.#options.concurrency ? 'busy' : undefined;
  }

  start(invocation: Invocation, module: ShippedModule): RunJournal {
    const abort = new AbortController();
    let abandoned: NodeJS.Timeout | undefined;
    const journal = new RunJournal((readers) => {
      clearTimeout(abandoned);
      if (readers === 0 && !journal.ended)
        abandoned = this.#later(this.#options.abandonMs, () => abort.abort('nobody reads its events'));
    });
    const events = this.#options.pool.run(invocation, module, abort.signal);
    const run: Run = { journal, abort, recall: () => events.recall(invocation.calls) };
    this.#runs.set(invocation.id, run);
    this.#running++;
    void this.#record(events, journal, abort.signal).finally(() => {
      clearTimeout(abandoned);
      this.#running--;
      this.#keep(journal);
      this.#later(this.#options.rememberMs, () => this.#forget(invocation.id));
      if (this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    });
    return journal;
  }

  /**
   * Ends an invocation that its client needs no more; one that has not come yet is not run when it comes.
   * @returns false when it is not known here
   */
  cancel(id: string): boolean {
    const run = this.#runs.get(id);
    run?.abort.abort('its client has cancelled it');
    if (run !== undefined) return true;
    this.#cancelled.add(id);
    this.#later(this.#options.rememberMs, () => this.#cancelled.delete(id));
    return false;
  }

  /** Gives back the calls that have not started, and waits for those that run; what still runs after `graceMs` is killed. */
  async drain(graceMs: number): Promise<void> {
    for (const { journal, recall } of this.#runs.values()) if (!journal.ended) recall();
    if (this.#running > 0) {
      const timer = this.#later(graceMs, () => this.#abortAll());
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
      clearTimeout(timer);
    }
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #keep(journal: RunJournal): void {
    this.#kept.push(journal);
    let bytes = 0;
    for (const { byteLength } of this.#kept) bytes += byteLength;
    while (bytes > this.#options.keptBytes && this.#kept.length > 1) {
      const oldest = this.#kept.shift();
      bytes -= oldest?.byteLength ?? 0;
      oldest?.forget();
    }
  }

  #forget(id: string): void {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    const place = run === undefined ? -1 : this.#kept.indexOf(run.journal);
    if (place >= 0) this.#kept.splice(place, 1);
  }

  #abortAll(): void {
    for (const { abort } of this.#runs.values()) abort.abort('it was told to end, and its time to finish was over');
  }

  async #record(events: AsyncIterable<CallEvent>, journal: RunJournal, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of events) journal.append(encodeReply({ type: 'event', channel: CHANNEL, event }));
      journal.append(
        encodeReply(
          signal.aborted
            ? lost({ oom: false, stderr: '', reason: String(signal.reason) })
            : { type: 'finished', channel: CHANNEL },
        ),
      );
    } catch (error) {
      journal.append(encodeReply(lost((error as WorkerDied).death))); // a pool's run fails with nothing else
    }
    journal.end();
  }

  #later(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms).unref();
    this.#timers.add(timer);
    return timer;
  }
}

function lost(death: WorkerDeath): WorkerReply {
  return { type: 'lost', channel: CHANNEL, death };
}
