import { BudgetExceededError } from './budget-exceeded-error.ts';
import { CancelledError } from './cancelled-error.ts';
import type { LithopsErrorCode } from './codes.ts';
import { ConfigError } from './config-error.ts';
import { InvocationError } from './invocation-error.ts';
import { PayloadTooLargeError } from './payload-too-large-error.ts';
import { PluginNotFoundError } from './plugin-not-found-error.ts';
import { RuntimeNotFoundError } from './runtime-not-found-error.ts';
import { SerializationError } from './serialization-error.ts';
import { StorageError } from './storage-error.ts';
import { StorageNoSuchKeyError } from './storage-no-such-key-error.ts';
import { TimeoutError } from './timeout-error.ts';
import { WorkerLostError } from './worker-lost-error.ts';

const CLASSES: Partial<Readonly<Record<LithopsErrorCode, { readonly prototype: Error }>>> = {
  SERIALIZATION_FAILED: SerializationError,
  PAYLOAD_TOO_LARGE: PayloadTooLargeError,
  TIMED_OUT: TimeoutError,
  BUDGET_EXCEEDED: BudgetExceededError,
  CANCELLED: CancelledError,
  WORKER_LOST: WorkerLostError,
  INVOCATION_REFUSED: InvocationError,
  STORAGE_FAILED: StorageError,
  STORAGE_NO_SUCH_KEY: StorageNoSuchKeyError,
  CONFIG_INVALID: ConfigError,
  PLUGIN_NOT_FOUND: PluginNotFoundError,
  RUNTIME_NOT_FOUND: RuntimeNotFoundError,
};

/** An error of ours that was written down, or thrown by another copy of core in a worker, with its class again; anything else as it is. */
export function restoredError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const known = Object.hasOwn(CLASSES, String(error.code)) ? CLASSES[error.code as LithopsErrorCode] : undefined;
  const isOurs = known?.prototype.name === error.name && Object.getPrototypeOf(error) === Error.prototype;
  if (known !== undefined && isOurs) {
    // What its class says itself was written down with it.
    Reflect.deleteProperty(error, 'name');
    Object.setPrototypeOf(error, known.prototype);
  }
  return error;
}
