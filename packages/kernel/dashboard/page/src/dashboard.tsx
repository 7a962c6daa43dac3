import { render } from 'preact';
import { Announcer } from './announcer.tsx';
import { counted } from './format.ts';
import { JobList } from './job-list.tsx';
import { JobPage } from './job-page.tsx';
import { connection, detail, jobs, listen } from './live.ts';
import { followAddress, route } from './route.ts';
import { HelpButton, HelpDialog, listenToKeys } from './shortcuts.tsx';
import { applyTheme, ThemeButton } from './theme.tsx';

const CONNECTIONS = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'no connection; trying again …',
  refused: 'the dashboard has ended: open the address that `lithops dashboard` prints',
} as const;

function Dashboard() {
  const place = route.value.job === undefined ? 'at-list' : 'at-job';
  const panel = route.value.call === undefined ? '' : 'with-panel';
  return (
    <div class={`page ${place} ${panel}`}>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the job
      </button>
      <header class="bar">
        <a class="brand" href="#/">
          <Logo /> Lithops
        </a>
        <span class={`connection ${connection.value}`} role="status">
          {CONNECTIONS[connection.value]}
        </span>
        <HelpButton />
        <ThemeButton />
      </header>
      <JobList />
      <main id="main" tabIndex={-1}>
        <Content />
      </main>
      <HelpDialog />
      <Announcer />
    </div>
  );
}

function Content() {
  if (route.value.job === undefined) return <Welcome />;
  if (detail.value === undefined) return <p class="nothing">Reading the journal …</p>;
  if (detail.value === null) return <p class="nothing">There is no such job in the journals any more.</p>;
  return <JobPage detail={detail.value} />;
}

function Welcome() {
  const all = [...jobs.value.values()];
  const running = all.filter(({ status }) => status === 'running').length;
  return (
    <div class="welcome">
      <Logo />
      <h1>
        {all.length === 0 ? 'No job yet' : running > 0 ? `${counted(running, 'job')} running` : 'Nothing is running'}
      </h1>
      <p>
        {all.length === 0
          ? 'Run a program that uses Lithops on this machine: its jobs show up here as they start.'
          : `${counted(all.length, 'job')} of this user’s programs on this machine. Choose one to see its calls.`}
      </p>
    </div>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="2" y="4" width="14" height="4" rx="2" />
      <rect x="6" y="10" width="16" height="4" rx="2" />
      <rect x="2" y="16" width="10" height="4" rx="2" />
    </svg>
  );
}

function skipToMain(): void {
  document.getElementById('main')?.focus();
}

// The token was changed for a cookie: it need not stay in the address.
if (location.search !== '') history.replaceState(null, '', `/${location.hash}`);
applyTheme();
followAddress();
listen();
listenToKeys();
const root = document.getElementById('dashboard');
if (root !== null) render(<Dashboard />, root);
