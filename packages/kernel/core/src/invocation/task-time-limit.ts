import { TimeoutError } from '../errors/timeout-error.ts';
import type { Call } from '../future/call.ts';
import type { Attempt } from './attempt.ts';

const LOOK_MS = 250;
const HINT = 'raise the time limit of the runtime (runtime_timeout), or divide the work';

/** What the invoker lets the limit see and do. */
export interface TaskTimeContext {
  attempts(): readonly Attempt[];
  /** The call is settled; its work is to end. */
  stopWork(call: Call): void;
}

/** Ends calls that run for longer than the backend lets a task run (`maxTaskSeconds`), for not every platform ends them itself. */
export class TaskTimeLimit {
  /** Infinity: none. */
  maxSeconds = Number.POSITIVE_INFINITY;
  readonly #context: TaskTimeContext;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: TaskTimeContext) {
    this.#context = context;
  }

  /** Looks after attempts as long as there are some. */
  watch(): void {
    if (this.#timer !== undefined || this.maxSeconds === Number.POSITIVE_INFINITY || !this.#needed()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.watch();
    }, LOOK_MS).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #needed(): boolean {
    return this.#context.attempts().length > 0;
  }

  #look(): void {
    const now = performance.now();
    for (const attempt of [...this.#context.attempts()]) {
      const { running } = attempt;
      if (running === undefined || now - running.since <= this.maxSeconds * 1000) continue;
      const call = attempt.expected(running.index);
      if (call === undefined || call.done) continue;
      call.fail(tookTooLong(call, this.maxSeconds), 'error');
      this.#context.stopWork(call);
    }
  }
}

/** What a call ends with whose worker says that the platform gives it no more time. */
export function platformTimeError(call: Call): TimeoutError {
  return new TimeoutError(
    `call ${call.callId} of ${call.owner.functionName} ran for longer than the backend lets an invocation run`,
    { phase: 'running', hint: HINT },
  );
}

function tookTooLong(call: Call, seconds: number): TimeoutError {
  return new TimeoutError(
    `call ${call.callId} of ${call.owner.functionName} ran for longer than the ${seconds} s that the backend lets a task run`,
    { phase: 'running', hint: HINT },
  );
}
