import { type BudgetContext, Budgets } from '../cost/budgets.ts';
import type { ComputeCapabilities } from '../plugin/capabilities.ts';
import type { PriceModel } from '../plugin/price-model.ts';
import { type RecallContext, Recalls } from './recalls.ts';
import { Speculation, type SpeculationContext } from './speculation.ts';
import { type TaskTimeContext, TaskTimeLimit } from './task-time-limit.ts';
import { UnendedAttempts, type UnendedContext } from './unended-attempts.ts';

/** What the invoker lets those see and do that look after attempts. */
export type WatchContext = RecallContext & SpeculationContext & UnendedContext & TaskTimeContext & BudgetContext;

/** Those that look after attempts in flight from time to time, each as long as there is something for it to see to. */
export class AttemptWatches {
  readonly recalls: Recalls;
  readonly speculation: Speculation;
  readonly budgets: Budgets;
  readonly #unended: UnendedAttempts;
  readonly #taskTime: TaskTimeLimit;

  constructor(context: WatchContext) {
    this.recalls = new Recalls(context);
    this.speculation = new Speculation(context);
    this.budgets = new Budgets(context);
    this.#unended = new UnendedAttempts(context);
    this.#taskTime = new TaskTimeLimit(context);
  }

  /** The backend is known from now on. */
  start({ recall, maxTaskSeconds }: ComputeCapabilities, pricing: PriceModel | undefined): void {
    this.recalls.enabled = recall;
    this.#taskTime.maxSeconds = maxTaskSeconds;
    this.budgets.pricing = pricing;
  }

  /** To be told whenever calls have been sent, or attempts have ended. */
  watch(): void {
    this.recalls.watch();
    this.speculation.watch();
    this.budgets.watch();
    this.#unended.watch();
    this.#taskTime.watch();
  }

  close(): void {
    this.recalls.close();
    this.speculation.close();
    this.budgets.close();
    this.#unended.close();
    this.#taskTime.close();
  }
}
