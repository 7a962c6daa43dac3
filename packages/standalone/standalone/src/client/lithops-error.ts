import { ConfigError, InvocationError, LithopsError } from '@lithops/core/plugin';
import { SshError } from '../ssh/ssh-error.ts';

/** Whether another try may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof SshError && error.failure === 'connection';
}

/** What users are told of a failure of machines. */
export function toLithopsError(error: unknown): LithopsError {
  if (error instanceof LithopsError) return error;
  if (!(error instanceof SshError))
    return new InvocationError(error instanceof Error ? error.message : String(error), { cause: error });
  const { message, hint, failure } = error;
  const options = { cause: error, ...(hint !== undefined && { hint }) };
  const isSettings = failure === 'host-key' || failure === 'credentials' || failure === 'settings';
  return isSettings ? new ConfigError(message, options) : new InvocationError(message, options);
}
