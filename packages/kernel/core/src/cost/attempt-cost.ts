import type { Attempt } from '../invocation/attempt.ts';
import type { PriceModel } from '../plugin/price-model.ts';

/** What an invocation that has ended costs. */
export function attemptCost(attempt: Attempt, pricing: PriceModel): number {
  return pricing.costOf(useOf(attempt, attempt.run?.billedMs?.() ?? attempt.workMs));
}

/** What an invocation costs at the least that is still under way: nobody tells how long it will take. */
export function openAttemptCost(attempt: Attempt, pricing: PriceModel): number {
  const { running, workMs } = attempt;
  const runningMs = running === undefined ? 0 : performance.now() - running.since;
  return pricing.costOf(useOf(attempt, workMs + runningMs));
}

function useOf({ job }: Attempt, billedMs: number): Parameters<PriceModel['costOf']>[0] {
  const { runtimeMemory } = job.options;
  return { billedMs, ...(runtimeMemory !== undefined && { memory: runtimeMemory }) };
}
