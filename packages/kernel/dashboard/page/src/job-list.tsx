import { computed, signal } from '@preact/signals';
import type { CSSProperties } from 'preact';
import type { JobSummary } from '../../src/view/job-view.ts';
import { Badge } from './badge.tsx';
import { ago, count, counted, percent } from './format.ts';
import { jobs, now, sortedJobs, unlisted } from './live.ts';
import { MiniBar } from './progress-bar.tsx';
import { hrefOf, route } from './route.ts';
import { VirtualRows } from './virtual-rows.tsx';

const FILTERS = ['all', 'live', 'failed'] as const;
const ROW_HEIGHT = 76;

const text = signal('');
const filter = signal<(typeof FILTERS)[number]>('all');

/** Jobs that the filter lets through, in their order. */
export const listedJobs = computed(() => {
  const wanted = text.value.trim().toLowerCase();
  return sortedJobs.value.filter((job) => {
    if (filter.value === 'live' && job.status !== 'running') return false;
    if (filter.value === 'failed' && job.failed === 0 && job.status !== 'interrupted') return false;
    return wanted === '' || `${job.functionName} ${job.id} ${job.backend} ${job.script}`.toLowerCase().includes(wanted);
  });
});

export function JobList() {
  const listed = listedJobs.value;
  const chosen = listed.findIndex(({ id }) => id === route.value.job);
  return (
    <nav class="jobs" aria-label="Jobs">
      <div class="filters">
        <input
          id="job-filter"
          type="search"
          placeholder="Filter jobs  ( / )"
          aria-label="Filter jobs by function, id, backend or program"
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
        <fieldset class="chips">
          <legend class="unseen">Which jobs</legend>
          {FILTERS.map((each) => (
            <button
              key={each}
              type="button"
              class="chip"
              aria-pressed={filter.value === each}
              onClick={() => {
                filter.value = each;
              }}
            >
              {each}
            </button>
          ))}
        </fieldset>
      </div>
      {listed.length === 0 ? (
        <p class="nothing">{jobs.value.size === 0 ? 'No job yet.' : 'No job is like that.'}</p>
      ) : (
        <VirtualRows
          count={listed.length}
          rowHeight={ROW_HEIGHT}
          shown={chosen < 0 ? undefined : chosen}
          attributes={{ class: 'scroll' }}
          rowsAttributes={{ role: 'list' }}
          row={(index, style) => {
            const job = listed[index];
            return job && <JobItem key={job.id} job={job} style={style} position={index + 1} of={listed.length} />;
          }}
        />
      )}
      {unlisted.value > 0 && (
        <p class="note">{counted(unlisted.value, 'older job is', 'older jobs are')} in the journals and not listed.</p>
      )}
    </nav>
  );
}

interface JobItemProps {
  readonly job: JobSummary;
  readonly style: CSSProperties;
  readonly position: number;
  readonly of: number;
}

function JobItem({ job, style, position, of }: JobItemProps) {
  const { id, functionName, jobId, status, ended, failed, total, submittedAt, backend, script } = job;
  const chosen = route.value.job === id;
  return (
    <div role="listitem" style={style} aria-posinset={position} aria-setsize={of}>
      <a class="job" href={hrefOf({ job: id, tab: 'overview' })} aria-current={chosen ? 'page' : undefined}>
        <span class="line">
          <b class="name">{functionName || 'anonymous'}</b>
          <Badge state={status} />
        </span>
        <span class="line small">
          <span>
            {jobId} · {script || backend}
          </span>
          <span>{ago(now.value - submittedAt)}</span>
        </span>
        <span class="line small">
          <MiniBar ended={ended} failed={failed} total={total} />
          <span>
            {failed > 0 && <span class="text-error">{count(failed)} failed · </span>}
            {status === 'running' ? `${percent(ended, total)} of ${count(total)}` : count(total)}
          </span>
        </span>
      </a>
    </div>
  );
}
