/** Every code a Lithops error can have; docs/errors.md says what each means and what to do. */
export const ERROR_CODES = [
  'CONFIG_INVALID',
  'PLUGIN_NOT_FOUND',
  'PLUGIN_API_MISMATCH',
  'SERIALIZATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'TIMED_OUT',
  'BUDGET_EXCEEDED',
  'CANCELLED',
  'WORKER_LOST',
  'INVOCATION_REFUSED',
  'RUNTIME_NOT_FOUND',
  'STORAGE_FAILED',
  'STORAGE_NO_SUCH_KEY',
] as const;

export type LithopsErrorCode = (typeof ERROR_CODES)[number];
