/** What a platform charges for invocations, as the plugin of its backend knows it. */
export interface PriceModel {
  /** `USD` */
  readonly currency: string;
  /** Day on which the prices were read, `2026-11-24`. */
  readonly asOf: string;
  /** Where they were read. */
  readonly source: string;
  /** What one invocation costs. */
  costOf(use: InvocationUse): number;
}

export interface InvocationUse {
  /** Time that is charged for, in ms. */
  readonly billedMs: number;
  /** MB of the worker, where it is not what the configuration says. */
  readonly memory?: number;
}
