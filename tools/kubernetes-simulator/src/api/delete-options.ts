import type { Propagation } from '../objects/garbage-collector.ts';
import { asJson, isObject } from '../objects/kube-object.ts';
import { objectIn } from './request-body.ts';
import { StatusError } from './status-error.ts';

export interface DeleteOptions {
  readonly propagation: Propagation;
  readonly dryRun: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** Of the body or the query of a DELETE. @throws StatusError 422. */
export function deleteOptions(text: string, query: URLSearchParams): DeleteOptions {
  const body = text.trim() === '' ? {} : objectIn(text);
  const propagation = query.get('propagationPolicy') ?? body['propagationPolicy'] ?? 'Background';
  if (propagation !== 'Background' && propagation !== 'Foreground' && propagation !== 'Orphan') {
    const message = `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "${String(propagation)}": supported values: "Foreground", "Background", "Orphan", "nil"`;
    throw new StatusError(422, 'Invalid', message);
  }
  const dryRun = query.get('dryRun') === 'All' || JSON.stringify(body['dryRun']) === '["All"]';
  const { preconditions } = body;
  return { propagation, dryRun, ...(isObject(preconditions) && { preconditions: asJson(preconditions) }) };
}
