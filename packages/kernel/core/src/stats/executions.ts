import type { CallRecord } from './call-record.ts';

/** When a call ran, ms since the epoch by the client's clock. */
export interface Execution {
  readonly call: CallRecord;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Clocks that seem to differ by less do not: events have to travel. */
const TOLERANCE_MS = 5;

/**
 * When the calls ran, as far as workers told. The clocks of their machines are set right by what must be: that no call
 * begins before it was sent, or ends after its end was heard of.
 */
export function executionsOf(calls: Iterable<CallRecord>): Execution[] {
  const ran = Array.from(calls).filter(hasRun);
  const bounds = new Map<string, { least: number; most: number }>();
  for (const call of ran) {
    const host = hostOf(call);
    const bound = bounds.get(host) ?? { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
    bounds.set(host, bound);
    bound.least = Math.max(bound.least, call.workerEndedAt - (call.hostDoneAt ?? Number.POSITIVE_INFINITY));
    bound.most = Math.min(bound.most, call.workerStartedAt - (call.hostInvokedAt ?? Number.NEGATIVE_INFINITY));
  }
  const ahead = new Map(Array.from(bounds, ([host, { least, most }]) => [host, clockAhead(least, most)]));
  return ran.map((call) => {
    const offset = ahead.get(hostOf(call)) ?? 0;
    return { call, startedAt: call.workerStartedAt - offset, endedAt: call.workerEndedAt - offset };
  });
}

type RunCall = CallRecord & { readonly workerStartedAt: number; readonly workerEndedAt: number };

function hasRun(call: CallRecord): call is RunCall {
  return call.workerStartedAt !== undefined && call.workerEndedAt !== undefined;
}

/** Workers of one machine have one clock. */
function hostOf({ worker = '' }: CallRecord): string {
  const end = worker.lastIndexOf('/');
  return end < 0 ? worker : worker.slice(0, end);
}

/** How far a clock is ahead of the client's; 0 as long as that may be. */
function clockAhead(least: number, most: number): number {
  if (least <= TOLERANCE_MS && most >= -TOLERANCE_MS) return 0;
  if (!Number.isFinite(least)) return most;
  if (!Number.isFinite(most)) return least;
  return (least + most) / 2;
}
