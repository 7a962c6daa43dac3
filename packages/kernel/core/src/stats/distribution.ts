/** How some measurements are distributed. */
export interface Distribution {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles by the nearest rank: each is a value that was measured. Undefined without any. */
export function distributionOf(values: Iterable<number>): Distribution | undefined {
  const sorted = Float64Array.from(values).sort();
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  let total = 0;
  for (const value of sorted) total += value;
  const rank = (percent: number): number => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? max;
  return { min, mean: total / sorted.length, p50: rank(50), p90: rank(90), p95: rank(95), p99: rank(99), max };
}
