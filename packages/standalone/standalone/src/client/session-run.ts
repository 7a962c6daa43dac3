import { type CallEvent, CancelledError, InvocationError, WorkerLostError, workerLost } from '@lithops/core/plugin';
import {
  type EventStream,
  type SeparatedInvocation,
  UnansweredCalls,
  type WorkerDeath,
} from '@lithops/worker/protocol';
import { JOB_CANCELLED, MACHINE_LOST } from '../protocol/master-api.ts';

/** An invocation that the master has been told of, and what has been heard of it. */
export class SessionRun {
  readonly invocation: SeparatedInvocation['invocation'];
  readonly modules: SeparatedInvocation['modules'];
  readonly #events: EventStream<CallEvent>;
  readonly #onLeft: () => void;
  readonly #unanswered: UnansweredCalls;
  #running: number | undefined;
  /** What was asked back last. */
  #recalled: readonly number[] = [];

  constructor({ invocation, modules }: SeparatedInvocation, events: EventStream<CallEvent>, onLeft: () => void) {
    this.invocation = invocation;
    this.modules = modules;
    this.#events = events;
    this.#onLeft = onLeft;
    this.#unanswered = new UnansweredCalls(invocation);
    this.#forgetRunning();
  }

  /** The call that runs, where that is known since the last recall. */
  get running(): number | undefined {
    return this.#running;
  }

  isAt(call: number): void {
    this.#running = call;
  }

  recall(calls: readonly number[]): void {
    this.#recalled = calls;
    this.#forgetRunning();
  }

  /** What a new connection is to ask back: the last recall may have been lost with the old one. Undefined when nothing is open. */
  get recalledAgain(): readonly number[] | undefined {
    return this.#running === undefined ? this.#recalled : undefined;
  }

  event(event: CallEvent): void {
    this.#unanswered.event(event);
    this.#events.push(event);
  }

  end(): void {
    this.#events.end();
  }

  fail(error: Error): void {
    this.#events.fail(error);
  }

  left(): void {
    this.#onLeft();
  }

  lost(death: WorkerDeath): void {
    const { stderr, reason } = death;
    if (reason === MACHINE_LOST) return this.#machineLost(stderr);
    if (reason === JOB_CANCELLED) return this.fail(new CancelledError(stderr, { reason }));
    if (reason !== undefined) return this.fail(new InvocationError(stderr));
    this.fail(workerLost(death));
  }

  /** What was told before may be old by now. */
  #forgetRunning(): void {
    const { calls } = this.invocation;
    this.#running = calls.length === 1 ? calls[0] : undefined;
  }

  /** Several calls are told apart by those who have sent them: which of them took the machine down is not known. */
  #machineLost(why: string): void {
    const { calls } = this.invocation;
    if (calls.length > 1 && this.#unanswered.size <= 1) {
      // Alone it would be blamed, though it may not even have been started.
      this.#events.push({ type: 'returned', calls: this.#unanswered.numbers });
      this.#events.end();
      return;
    }
    this.fail(
      new WorkerLostError(why, {
        hint: 'three machines were lost while they ran the call: does it use up their memory, or take them down?',
      }),
    );
  }
}
