/** A request that came through all checks of its form, before anything is done. */
export interface SeenRequest {
  readonly method: string;
  /** Below `/v1`. */
  readonly path: string;
  readonly body: unknown;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes wrong on purpose: undefined, and nothing does. */
export type RefusalRule = (request: SeenRequest) => Refusal | undefined;

export interface SimulatorOptions {
  readonly refusal?: RefusalRule;
  /** Whether an instance of that name ever answers. */
  readonly boots?: (name: string) => boolean;
  /** Whether IBM has room for it; one that it has no room for fails after it was made. */
  readonly hasCapacity?: (name: string) => boolean;
  /** Instances that the account may have. */
  readonly instanceQuota?: number;
  /** Resources on a page at most, whatever is asked for. Default: as IBM, 100. */
  readonly mostPerPage?: number;
}
