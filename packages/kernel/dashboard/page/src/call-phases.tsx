import type { CallDetail } from '../../src/view/call-view.ts';
import { duration } from './format.ts';

/** Where the time of a call went, from submission to its result. */
export function CallPhases({ found }: { readonly found: CallDetail }) {
  const { submittedAt, invokedAt, startedAt, doneAt, row } = found;
  const returned = startedAt === undefined || row.duration === undefined ? undefined : startedAt + row.duration;
  const points: readonly (readonly [string, string, number | undefined])[] = [
    ['queued', 'waiting', invokedAt ?? startedAt],
    ['on its way', 'cancelled', startedAt],
    ['in your function', row.state === 'error' ? 'error' : 'success', returned],
    ['on its way back', 'running', doneAt],
  ];
  let from = submittedAt;
  const phases = points.flatMap(([name, color, to]) => {
    if (to === undefined) return [];
    // Clocks of workers are not the client's: no time is less than none.
    const length = Math.max(to - from, 0);
    from = Math.max(to, from);
    return [{ name, color, length }];
  });
  const total = phases.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return undefined;
  return (
    <figure class="phases">
      <div class="state-bar" aria-hidden="true">
        {phases.map(({ name, color, length }) => (
          <span key={name} class={color} style={{ flexGrow: length / total }} />
        ))}
      </div>
      <ul class="legend">
        {phases.map(({ name, color, length }) => (
          <li key={name} class={color}>
            {name} {duration(length)}
          </li>
        ))}
      </ul>
    </figure>
  );
}
