import type { Call } from '../future/call.ts';
import type { Attempt } from './attempt.ts';

/** A batch older than this, in ms, is no batch of tiny calls: what waits in it may run elsewhere. */
const PATIENCE_MS = 10;
/** A worker that has not answered a recall after this many ms runs a synchronous call, and reads the recall before the next. */
const ANSWER_MS = 5;
/** Where it is not known after this many ms what the worker runs, it may be anything. */
const UNKNOWN_MS = 500;
/** A worker is looked at no more rarely than this, in ms, while it has not given back what is to be stopped. */
const LONGEST_LOOK_MS = 250;

/** What the invoker lets recalls see and do. */
export interface RecallContext {
  /** Whether workers stand idle and no call is ready for them. */
  idle(): boolean;
  attempts(): readonly Attempt[];
  /** The calls are not the attempt's any more; they are to run elsewhere. */
  takeBack(attempt: Attempt, indices: readonly number[]): void;
}

/** Takes calls back from batches in which they wait behind a long one. */
export class Recalls {
  /** Whether the backend's runs can give calls back. */
  enabled = false;
  readonly #context: RecallContext;
  #timer: NodeJS.Timeout | undefined;
  readonly #stopTimers = new Set<NodeJS.Timeout>();

  constructor(context: RecallContext) {
    this.#context = context;
  }

  /** Looks after batches as long as there are idle workers beside them. */
  watch(): void {
    if (!this.enabled || this.#timer !== undefined || !this.#needed()) return;
    this.#timer = setTimeout(() => {
      // Events that have arrived are read first: they may say that the worker goes on.
      setImmediate(() => {
        this.#timer = undefined;
        this.#look();
        this.watch();
      });
    }, ANSWER_MS).unref();
  }

  /**
   * Ends the work on some calls of an attempt: the worker is killed only if it runs one of them, or has no other. Calls that it
   * has not started it gives back before it starts them, though it may be long until then.
   */
  stop(attempt: Attempt, calls: readonly Call[]): void {
    const others = attempt.unanswered().some((call) => !call.done && !calls.includes(call));
    if (!others || !this.enabled || attempt.run?.recall === undefined) {
      attempt.stop();
      return;
    }
    attempt.run.recall(calls.map((call) => call.index));
    this.#stopUnlessGivenBack(attempt, calls, ANSWER_MS);
  }

  #stopUnlessGivenBack(attempt: Attempt, calls: readonly Call[], delay: number, waited = 0): void {
    const timer = setTimeout(() => {
      // Events that have arrived are read first.
      setImmediate(() => {
        this.#stopTimers.delete(timer);
        const left = attempt.ended ? [] : calls.filter((call) => attempt.expects(call));
        if (left.length === 0) return;
        const behind = callsBehind(attempt);
        const isWaiting =
          behind === undefined ? waited < UNKNOWN_MS : left.every(({ index }) => behind.includes(index));
        if (isWaiting) this.#stopUnlessGivenBack(attempt, left, Math.min(2 * delay, LONGEST_LOOK_MS), waited + delay);
        else attempt.stop();
      });
    }, delay);
    this.#stopTimers.add(timer);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const timer of this.#stopTimers) clearTimeout(timer);
  }

  #needed(): boolean {
    if (!this.#context.idle()) return false;
    for (const attempt of this.#context.attempts()) if (attempt.size > 1) return true;
    return false;
  }

  #look(): void {
    if (!this.#context.idle()) return;
    const now = performance.now();
    for (const attempt of this.#context.attempts()) {
      if (attempt.size < 2 || now - attempt.startedAt < PATIENCE_MS) continue;
      // Without word on what runs, calls could be run twice; they stay where they are.
      const running = attempt.run?.running?.();
      if (running === undefined) continue;
      const behind = attempt.behind(running);
      const { recalled } = attempt;
      if (recalled === undefined || attempt.lastEventAt > recalled.at || recalled.running !== running) {
        attempt.recalled = { at: now, running };
        if (behind.length > 0) attempt.run?.recall?.(behind);
      } else if (now - recalled.at >= ANSWER_MS && behind.length > 0) {
        this.#context.takeBack(attempt, behind);
      }
    }
  }
}

/** Numbers of the calls that the worker has not begun; undefined where it is not known what it runs. */
function callsBehind(attempt: Attempt): readonly number[] | undefined {
  const running = attempt.run?.running?.();
  return running === undefined ? undefined : attempt.behind(running);
}
