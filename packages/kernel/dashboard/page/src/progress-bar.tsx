import { CALL_STATES, type CallStateName } from '../../src/view/job-view.ts';
import { count } from './format.ts';

const ORDER = CALL_STATES.toSorted((a, b) => rank(a) - rank(b));

function rank(state: CallStateName): number {
  return ['success', 'error', 'cancelled', 'lost', 'running', 'waiting'].indexOf(state);
}

/** All calls by state, as one bar. */
export function StateBar({ counts }: { readonly counts: Readonly<Record<CallStateName, number>> }) {
  const total = ORDER.reduce((sum, state) => sum + counts[state], 0);
  const shown = ORDER.filter((state) => counts[state] > 0);
  const label = shown.map((state) => `${count(counts[state])} ${state}`).join(', ');
  return (
    <div class="state-bar" role="img" aria-label={total === 0 ? 'no calls' : label}>
      {shown.map((state) => (
        <span key={state} class={state} style={{ flexGrow: counts[state] / total }} />
      ))}
    </div>
  );
}

/** How much of a job has ended, small. */
export function MiniBar({
  ended,
  failed,
  total,
}: {
  readonly ended: number;
  readonly failed: number;
  readonly total: number;
}) {
  const share = (part: number) => ({ width: `${total === 0 ? 0 : (100 * part) / total}%` });
  return (
    <span class="mini-bar" aria-hidden="true">
      <span class="success" style={{ ...share(ended - failed), flexShrink: '1' }} />
      {failed > 0 && <span class="error" style={{ ...share(failed), minWidth: '3px' }} />}
    </span>
  );
}
