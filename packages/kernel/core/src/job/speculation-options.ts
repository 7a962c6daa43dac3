/** When a call is slow enough to be run a second time. */
export interface SpeculationOptions {
  /** Share of the job's calls that must have ended first, from 0 to 1. Default 0.75. */
  readonly quantile?: number;
  /** A call is slow when it has run this many times the median of those that ended. Default 1.5. */
  readonly multiplier?: number;
  /** A call that has run for less than this many ms is never slow. Default 100. */
  readonly minimumMs?: number;
}
