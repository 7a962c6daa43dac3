import { now } from '../objects/object-store.ts';
import type { Condition } from './serving-objects.ts';

export interface Verdict {
  readonly status: Condition['status'];
  readonly reason?: string;
  readonly message?: string;
}

export const TRUE: Verdict = { status: 'True' };

export function unknown(reason: string, message?: string): Verdict {
  return { status: 'Unknown', reason, ...(message !== undefined && { message }) };
}

export function failed(reason: string, message: string): Verdict {
  return { status: 'False', reason, message };
}

/**
 * The conditions in the order of their types, with `Ready`, which is as bad as the worst of them; of several that are as bad
 * the last counts. What has not changed keeps its time.
 */
export function conditions(
  verdicts: Readonly<Record<string, Verdict>>,
  before: readonly Condition[] = [],
  informational: Readonly<Record<string, Verdict>> = {},
): readonly Condition[] {
  const all = Object.values(verdicts);
  const ready =
    all.findLast(({ status }) => status === 'False') ?? all.findLast(({ status }) => status === 'Unknown') ?? TRUE;
  const told: [string, Verdict & { readonly severity?: string }][] = [
    ...Object.entries(verdicts),
    ['Ready', ready],
    ...Object.entries(informational).map(([type, verdict]): [string, Verdict & { severity: string }] => [
      type,
      { ...verdict, severity: 'Info' },
    ]),
  ];
  return told
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, verdict]) => {
      const old = before.find((one) => one.type === type);
      const same = old?.status === verdict.status && old.reason === verdict.reason && old.message === verdict.message;
      return { type, ...verdict, lastTransitionTime: same ? old.lastTransitionTime : now() };
    });
}

export function verdictOf(found: readonly Condition[] | undefined, type: string): Verdict {
  const condition = found?.find((one) => one.type === type);
  if (condition === undefined) return { status: 'Unknown' };
  const { status, reason, message } = condition;
  return { status, ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
}
