import { BudgetExceededError } from './budget-exceeded-error.ts';
import { CancelledError } from './cancelled-error.ts';
import type { LithopsErrorCode } from './codes.ts';
import { InvocationError } from './invocation-error.ts';
import { PayloadTooLargeError } from './payload-too-large-error.ts';
import { SerializationError } from './serialization-error.ts';
import { StorageError } from './storage-error.ts';
import { TimeoutError } from './timeout-error.ts';
import { WorkerLostError } from './worker-lost-error.ts';

const CLASSES: Partial<Readonly<Record<LithopsErrorCode, { readonly prototype: object }>>> = {
  SERIALIZATION_FAILED: SerializationError,
  PAYLOAD_TOO_LARGE: PayloadTooLargeError,
  TIMED_OUT: TimeoutError,
  BUDGET_EXCEEDED: BudgetExceededError,
  CANCELLED: CancelledError,
  WORKER_LOST: WorkerLostError,
  INVOCATION_REFUSED: InvocationError,
  STORAGE_FAILED: StorageError,
};

/** An error of ours that was written down, with its class again; anything else as it is. */
export function restoredError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const known = Object.hasOwn(CLASSES, String(error.code)) ? CLASSES[error.code as LithopsErrorCode] : undefined;
  if (known !== undefined && Object.getPrototypeOf(error) === Error.prototype) {
    // What its class says itself was written down with it.
    Reflect.deleteProperty(error, 'name');
    Object.setPrototypeOf(error, known.prototype);
  }
  return error;
}
