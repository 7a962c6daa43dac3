import type { CallStateName, JobStatus } from '../../src/view/job-view.ts';

const ICONS: Readonly<Record<CallStateName | JobStatus, string>> = {
  waiting: '○',
  running: '◔',
  success: '✓',
  done: '✓',
  error: '✕',
  failed: '✕',
  cancelled: '⊘',
  lost: '!',
  interrupted: '!',
  unknown: '?',
};

/** A state by colour, sign and word. */
export function Badge({ state }: { readonly state: CallStateName | JobStatus }) {
  return (
    <span class={`badge ${state}`}>
      <span class="sign" aria-hidden="true">
        {ICONS[state]}
      </span>
      {state}
    </span>
  );
}
