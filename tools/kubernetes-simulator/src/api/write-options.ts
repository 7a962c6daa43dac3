import type { IncomingHttpHeaders } from 'node:http';
import { type StatusCause, StatusError } from './status-error.ts';

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldManagerGiven: boolean;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  readonly force: boolean;
}

/** Of a request that changes something. @throws StatusError 422 for values that it may not have. */
export function writeOptions(query: URLSearchParams, headers: IncomingHttpHeaders, optionsKind: string): WriteOptions {
  const refuse = (cause: StatusCause) => {
    const message = `${optionsKind}.meta.k8s.io "" is invalid: ${cause.field}: ${cause.message}`;
    return new StatusError(422, 'Invalid', message, { group: 'meta.k8s.io', kind: optionsKind, causes: [cause] });
  };
  const notSupported = (field: string, value: string, supported: readonly string[]) => {
    const values = supported.map((one) => `"${one}"`).join(', ');
    const message = `Unsupported value: "${value}": supported values: ${values}`;
    return refuse({ reason: 'FieldValueNotSupported', message, field });
  };
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== 'All') throw notSupported('dryRun', dryRun, ['All']);
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore')
    throw notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']);
  const given = query.get('fieldManager') ?? '';
  if (given.length > 128)
    throw refuse({
      reason: 'FieldValueTooLong',
      message: 'Too long: may not be more than 128 bytes',
      field: 'fieldManager',
    });
  // Who does not say is known by the program that asks.
  const program = /^[^/\s]+/.exec(headers['user-agent'] ?? '')?.[0] ?? 'unknown';
  return {
    dryRun: dryRun === 'All',
    fieldManager: given === '' ? program : given,
    fieldManagerGiven: given !== '',
    fieldValidation,
    force: query.get('force') === 'true',
  };
}

export function fieldManagerRequired(): StatusError {
  const cause = {
    reason: 'FieldValueRequired',
    message: 'Required value: is required for apply patch',
    field: 'fieldManager',
  };
  const message = `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${cause.message}`;
  return new StatusError(422, 'Invalid', message, { group: 'meta.k8s.io', kind: 'PatchOptions', causes: [cause] });
}
