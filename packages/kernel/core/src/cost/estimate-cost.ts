import type { PriceModel } from '../plugin/price-model.ts';

/** A job that may be run. */
export interface PlannedJob {
  readonly calls: number;
  /** How long each call takes. */
  readonly seconds: number;
  /** Calls that go to a worker together. Default: 1. */
  readonly chunksize?: number;
  /** MB of the workers. Default: what the configuration says. */
  readonly runtimeMemory?: number;
}

/** What a job would cost. */
export interface CostEstimate {
  readonly amount: number;
  /** `USD` */
  readonly currency: string;
  /** Day on which the prices were read, and where. */
  readonly asOf: string;
  readonly source: string;
}

/** @throws RangeError for a job that cannot be */
export function estimateCost(
  { calls, seconds, chunksize = 1, runtimeMemory }: PlannedJob,
  pricing: PriceModel,
): CostEstimate {
  for (const [name, value] of Object.entries({ calls, chunksize }))
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is a whole number from 1, not ${value}`);
  if (!(Number.isFinite(seconds) && seconds >= 0)) throw new RangeError(`seconds is a time, not ${seconds}`);
  const memory = runtimeMemory !== undefined && { memory: runtimeMemory };
  const costOf = (together: number) => pricing.costOf({ billedMs: together * seconds * 1000, ...memory });
  const whole = Math.floor(calls / chunksize);
  const rest = calls % chunksize;
  const { currency, asOf, source } = pricing;
  return { amount: whole * costOf(chunksize) + (rest > 0 ? costOf(rest) : 0), currency, asOf, source };
}
