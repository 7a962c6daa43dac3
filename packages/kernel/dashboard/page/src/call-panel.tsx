import { useEffect, useRef } from 'preact/hooks';
import type { CallDetail } from '../../src/view/call-view.ts';
import type { JobDetail } from '../../src/view/job-view.ts';
import { Badge } from './badge.tsx';
import { CallPhases } from './call-phases.tsx';
import { ErrorDetail } from './error-detail.tsx';
import { bytes, count, duration, plain, time } from './format.ts';
import { go, route } from './route.ts';
import { jobPath, useAnswer } from './server.ts';

/** Everything about one call, beside the page. */
export function CallPanel({ detail, call }: { readonly detail: JobDetail; readonly call: number }) {
  const { id } = detail.summary;
  const found = useAnswer<CallDetail>(jobPath(id, `calls/${call}`), detail.version);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside class="call-panel" aria-labelledby="call-name">
      <header>
        <h2 id="call-name" ref={heading} tabIndex={-1}>
          Call {count(call)} {found !== undefined && <Badge state={found.row.state} />}
        </h2>
        <button type="button" class="quiet" aria-label="Close (Esc)" onClick={closePanel}>
          ✕
        </button>
      </header>
      {found === undefined ? <p class="nothing">The journal tells nothing of it yet.</p> : <CallFacts found={found} />}
    </aside>
  );
}

/** Closes the panel; the focus goes back to what it was opened from. */
export function closePanel(): void {
  const { job, tab } = route.value;
  if (job === undefined || route.value.call === undefined) return;
  go({ job, tab });
  (document.getElementById('call-grid') ?? document.getElementById(`tab-${tab}`))?.focus();
}

function CallFacts({ found }: { readonly found: CallDetail }) {
  const { row, error, retries, logs, logsCut } = found;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Submitted', time(found.submittedAt)],
    ['Took', row.duration === undefined ? undefined : duration(row.duration)],
    ['CPU time', row.cpu === undefined ? undefined : duration(row.cpu)],
    ['Peak memory', row.memory === undefined ? undefined : bytes(row.memory)],
    ['Attempts', row.attempts === undefined ? undefined : count(row.attempts)],
    ['Worker', row.worker === undefined ? undefined : `${row.worker}${found.coldStart === true ? ' (fresh)' : ''}`],
    ['Result', found.cached === true ? 'taken from the cache' : undefined],
  ];
  return (
    <div class="scroll panel-content">
      {error !== undefined && <ErrorDetail error={error} />}
      <CallPhases found={found} />
      <dl class="pairs">
        {facts.map(([name, value]) =>
          value === undefined ? undefined : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {retries.map((retry) => (
        <details key={retry.attempt}>
          <summary>
            Attempt {retry.attempt} failed: {retry.error.name}
          </summary>
          <ErrorDetail error={retry.error} />
        </details>
      ))}
      <h3>Output</h3>
      {logs.length === 0 ? (
        <p class="small">{logsCut ? 'What it printed is no longer held.' : 'It has printed nothing.'}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <pre class="output" tabIndex={0}>
          {logsCut && <span class="muted">… earlier output is not shown{'\n'}</span>}
          {logs.map(({ number, stream, text }) => (
            <span key={number} class={stream}>
              {plain(text)}
            </span>
          ))}
        </pre>
      )}
    </div>
  );
}
