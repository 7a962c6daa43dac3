import type { ErrorGroup } from '../../src/view/chart-view.ts';
import type { JobDetail } from '../../src/view/job-view.ts';
import { showFailed } from './call-table.tsx';
import { count, counted } from './format.ts';
import { hrefOf } from './route.ts';
import { jobPath, useAnswer } from './server.ts';

const SHOWN_CALLS = 8;

/** What went wrong, the most frequent first. */
export function ErrorList({ detail }: { readonly detail: JobDetail }) {
  const { id, failed } = detail.summary;
  const groups = useAnswer<ErrorGroup[]>(jobPath(id, 'errors'), detail.version);
  if (groups === undefined) return <p class="nothing">Reading the journal …</p>;
  if (groups.length === 0) return <p class="nothing">No call has failed.</p>;
  return (
    <ul class="error-groups scroll">
      {groups.map(({ name, message, count: times, calls }) => (
        <li key={`${name} ${message}`}>
          <header>
            <h2>{name}</h2>
            <span class="badge error">{counted(times, 'call')}</span>
          </header>
          <p class="message">{message}</p>
          <div class="mini-bar wide" aria-hidden="true">
            <span class="error" style={{ width: `${(100 * times) / Math.max(failed, 1)}%` }} />
          </div>
          <p class="small calls">
            {calls.slice(0, SHOWN_CALLS).map((call) => (
              <a key={call} href={hrefOf({ job: id, tab: 'errors', call })}>
                call {count(call)}
              </a>
            ))}
            <button type="button" class="link" onClick={() => showFailed(id, name)}>
              in the table
            </button>
          </p>
        </li>
      ))}
    </ul>
  );
}
