import { InvocationError } from '@lithops/core/plugin';

/** An answer that says that a request was not, or may not have been, run: with the status that it came with. */
export class RefusedRequestError extends InvocationError {
  readonly status: number;
  /** Whether the worker itself said so, not a gateway before it. */
  readonly byWorker: boolean;

  constructor(
    message: string,
    options: { readonly hint?: string; readonly status: number; readonly byWorker: boolean },
  ) {
    const { status, byWorker, ...rest } = options;
    super(message, rest);
    this.status = status;
    this.byWorker = byWorker;
  }
}
