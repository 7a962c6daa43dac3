import type { WorkerPage } from '../../src/view/chart-view.ts';
import type { JobDetail } from '../../src/view/job-view.ts';
import { bytes, count, counted, duration } from './format.ts';
import { beat, now } from './live.ts';
import { jobPath, useAnswer } from './server.ts';

/** Who has done the work, the busiest first. */
export function WorkerTable({ detail }: { readonly detail: JobDetail }) {
  const { id, status, submittedAt, changedAt } = detail.summary;
  const page = useAnswer<WorkerPage>(jobPath(id, 'workers'), `${detail.version} ${beat.value}`);
  if (page === undefined) return <p class="nothing">Reading the journal …</p>;
  if (page.total === 0) return <p class="nothing">No worker has begun yet.</p>;
  const whole = Math.max((status === 'running' ? now.value : changedAt) - submittedAt, 1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll" tabIndex={0} aria-label="Workers">
      <table class="workers">
        <thead>
          <tr>
            {['Worker', 'Busy', 'Calls', 'Failed', 'CPU time', 'Peak memory', 'First call'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {page.workers.map((worker) => (
            <tr key={worker.worker}>
              <th scope="row">
                {worker.worker} {worker.running > 0 && <span class="badge running">running</span>}
              </th>
              <td>
                <span class="mini-bar" aria-hidden="true">
                  <span class="running" style={{ width: `${Math.min((100 * worker.busy) / whole, 100)}%` }} />
                </span>{' '}
                {Math.min(Math.round((100 * worker.busy) / whole), 100)} %
              </td>
              <td>{count(worker.calls)}</td>
              <td class={worker.failed > 0 ? 'text-error' : undefined}>{count(worker.failed)}</td>
              <td>{duration(worker.cpuTime)}</td>
              <td>{worker.peakMemoryBytes > 0 ? bytes(worker.peakMemoryBytes) : '–'}</td>
              <td>{Number.isFinite(worker.firstStart) ? `after ${duration(worker.firstStart)}` : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {page.total > page.workers.length && (
        <p class="note">{counted(page.total - page.workers.length, 'more worker')} did less than these.</p>
      )}
    </section>
  );
}
