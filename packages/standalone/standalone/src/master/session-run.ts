import type { CallEvent, Invocation } from '@lithops/worker';
import { UnansweredCalls } from '@lithops/worker/protocol';
import type { RemoteRun } from '@lithops/worker/remote';

/** An invocation of a session, wherever it is on its way. */
export class SessionRun {
  readonly channel: number;
  readonly invocation: Invocation;
  readonly #stop = new AbortController();
  readonly #unanswered: UnansweredCalls;
  #run: RemoteRun | undefined;
  #recalled: readonly number[] | undefined;
  /** What {@link runningNow} gave last, since the last recall. */
  #told: number | undefined;

  constructor(channel: number, invocation: Invocation) {
    this.channel = channel;
    this.invocation = invocation;
    this.#unanswered = new UnansweredCalls(invocation);
  }

  /** Whether all has been told that there is to tell. */
  get answered(): boolean {
    return this.#unanswered.size === 0;
  }

  /** Takes note of the calls that an event answers. */
  event(event: CallEvent): void {
    this.#unanswered.event(event);
  }

  /** Whether its results go into storage, and are of use though its client is gone. */
  get durable(): boolean {
    return this.invocation.log !== undefined;
  }

  /** Aborted when its client does not want it any more. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** It runs now, on a machine. */
  started(run: RemoteRun): void {
    this.#run = run;
    if (this.#recalled !== undefined) run.recall(this.#recalled);
  }

  recall(calls: readonly number[]): void {
    // The client has forgotten what it was told, for it may be old by now.
    this.#told = undefined;
    this.#run?.recall(calls);
    // Of no use to others as long as it waits itself; it is told when it starts.
    if (this.#run === undefined) this.#recalled = calls;
  }

  /** The call that runs, once for each: undefined too where the client knows it. */
  runningNow(): number | undefined {
    const call = this.#run?.running();
    if (call === this.#told) return undefined;
    this.#told = call;
    return call;
  }
}
