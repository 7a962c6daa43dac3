/** A stretch of time in which something ran. */
export interface Span {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** How many ran at once, from a time on. */
export interface ConcurrencyStep {
  readonly at: number;
  readonly running: number;
}

/** How many of the spans ran at once, at each time at which that changed. */
export function concurrencyOf(spans: readonly Span[]): ConcurrencyStep[] {
  const starts = Float64Array.from(spans, ({ startedAt }) => startedAt).sort();
  const ends = Float64Array.from(spans, ({ endedAt }) => endedAt).sort();
  const steps: ConcurrencyStep[] = [];
  let running = 0;
  let ended = 0;
  const note = (at: number): void => {
    if (steps.at(-1)?.at === at) steps.pop();
    steps.push({ at, running });
  };
  for (const start of starts) {
    // One that ends when another begins makes room for it.
    for (let end = ends[ended]; end !== undefined && end <= start; end = ends[++ended]) {
      running--;
      note(end);
    }
    running++;
    note(start);
  }
  for (const end of ends.subarray(ended)) {
    running--;
    note(end);
  }
  return steps;
}
