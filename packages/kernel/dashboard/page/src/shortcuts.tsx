import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { closePanel } from './call-panel.tsx';
import { listedJobs } from './job-list.tsx';
import { go, route, TABS } from './route.ts';
import { nextTheme } from './theme.tsx';

const KEY = 'lithops-shortcuts';

const enabled = signal(localStorage.getItem(KEY) !== 'off');
const helpOpen = signal(false);

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'filter jobs'],
  ['j k', 'next, previous job'],
  ['1 … 5', 'views of the job'],
  ['↑ ↓ Enter', 'move in the table of calls, open one'],
  ['Esc', 'close the call'],
  ['t', 'theme'],
  ['?', 'this help'],
];

/** Keys that work everywhere on the page but where something is typed. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (key === 'Escape' && !helpOpen.value) closePanel();
    const typing = target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
    if (typing || !enabled.value || event.ctrlKey || event.metaKey || event.altKey) return;
    if (run(key)) event.preventDefault();
  });
}

function run(key: string): boolean {
  const { job } = route.value;
  const tab = TABS[Number(key) - 1];
  if (tab !== undefined && job !== undefined) go({ job, tab });
  else if (key === '/') document.getElementById('job-filter')?.focus();
  else if (key === 'j' || key === 'k') step(key === 'j' ? 1 : -1);
  else if (key === 't') nextTheme();
  else if (key === '?') helpOpen.value = true;
  else return false;
  return true;
}

function step(by: number): void {
  const listed = listedJobs.value;
  const at = listed.findIndex(({ id }) => id === route.value.job);
  const next = listed[Math.min(Math.max(at + by, 0), listed.length - 1)];
  if (next === undefined || next.id === route.value.job) return;
  const inList = document.activeElement?.matches('.job') === true;
  // The focus goes along, once the page shows the job.
  const follow = () =>
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('.job[aria-current]')?.focus({ preventScroll: true }),
    );
  if (inList) addEventListener('hashchange', follow, { once: true });
  go({ job: next.id, tab: route.value.tab });
}

export function HelpButton() {
  return (
    <button
      type="button"
      class="quiet"
      title="Keys (?)"
      onClick={() => {
        helpOpen.value = true;
      }}
    >
      <span aria-hidden="true">⌨</span> <span class="label">keys</span>
    </button>
  );
}

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="help-name"
      onClose={() => {
        helpOpen.value = false;
      }}
    >
      <h2 id="help-name">Keys</h2>
      <dl class="pairs">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={enabled.value}
          onChange={({ currentTarget }) => {
            enabled.value = currentTarget.checked;
            localStorage.setItem(KEY, currentTarget.checked ? 'on' : 'off');
          }}
        />{' '}
        single keys do this
      </label>
      <form method="dialog">
        <button type="submit" class="primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
