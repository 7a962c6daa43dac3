import { computed, effect, signal } from '@preact/signals';
import type { JobDetail, JobSummary, OverviewChange } from '../../src/view/job-view.ts';
import { announce } from './announcer.tsx';
import { count, counted } from './format.ts';
import { route } from './route.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'refused';

export const connection = signal<Connection>('connecting');
export const jobs = signal<ReadonlyMap<string, JobSummary>>(new Map());
export const unlisted = signal(0);
/** The job that is looked at; undefined while it is read, null when there is none such. */
export const detail = signal<JobDetail | null | undefined>(undefined);
/** The server's clock now, ms since the epoch, a few times a second. */
export const now = signal(Date.now());

/** Progress of the job that is looked at over the last seconds, for its rate. */
let samples: { readonly at: number; readonly ended: number }[] = [];
let clockOffset = 0;
const RATE_MS = 10_000;

/** Live first, then the newest. */
export const sortedJobs = computed(() =>
  [...jobs.value.values()].sort(
    (a, b) => Number(b.status === 'running') - Number(a.status === 'running') || b.submittedAt - a.submittedAt,
  ),
);

/** Rises every two seconds while the job that is looked at runs: what is drawn of it grows without any news. */
export const beat = computed(() => (detail.value?.summary.status === 'running' ? Math.floor(now.value / 2000) : 0));

/** Calls that end per second just now; undefined when too little is known. */
export const currentRate = computed(() => {
  const { summary } = detail.value ?? {};
  if (summary === undefined) return undefined;
  if (summary.status !== 'running') {
    const seconds = (summary.changedAt - summary.submittedAt) / 1000;
    return seconds > 0 ? summary.ended / seconds : undefined;
  }
  const first = samples[0];
  const seconds = first === undefined ? 0 : (now.value - first.at) / 1000;
  return first !== undefined && seconds > 1 ? (summary.ended - first.ended) / seconds : undefined;
});

/** Listens to the server for as long as the page is open, and to the job that the address names. */
export function listen(): void {
  const id = computed(() => route.value.job);
  effect(() => listenTo(id.value));
  setInterval(() => {
    now.value = Date.now() + clockOffset;
  }, 500);
}

function listenTo(job: string | undefined): () => void {
  detail.value = undefined;
  samples = [];
  const source = new EventSource(`/api/events${job === undefined ? '' : `?job=${encodeURIComponent(job)}`}`);
  source.addEventListener('open', () => {
    connection.value = 'live';
  });
  source.addEventListener('error', () => {
    connection.value = source.readyState === EventSource.CLOSED ? 'refused' : 'lost';
  });
  source.addEventListener('overview', ({ data }) => {
    applyOverview(JSON.parse(data) as OverviewChange); // our own server's
    if (job !== undefined && detail.peek() === undefined && !jobs.peek().has(job)) detail.value = null;
  });
  source.addEventListener('job', ({ data }) => applyDetail(JSON.parse(data) as JobDetail | null));
  return () => source.close();
}

function applyOverview({ first, jobs: changed, gone, unlisted: more, now: serverNow }: OverviewChange): void {
  const next = new Map(first ? [] : jobs.peek());
  for (const job of changed) next.set(job.id, job);
  for (const id of gone) next.delete(id);
  jobs.value = next;
  unlisted.value = more;
  clockOffset = serverNow - Date.now();
  now.value = serverNow;
}

function applyDetail(next: JobDetail | null): void {
  const before = detail.peek();
  detail.value = next;
  if (next === null) return;
  const { summary } = next;
  samples.push({ at: Date.now() + clockOffset, ended: summary.ended });
  while (samples.length > 2 && (samples[0]?.at ?? 0) < Date.now() + clockOffset - RATE_MS) samples.shift();
  const { functionName, status, ended, total, failed } = summary;
  if (before?.summary.id !== summary.id) return;
  if (before.summary.status !== status)
    announce(`${functionName}: ${status}, ${count(ended)} of ${counted(total, 'call')} ended, ${count(failed)} failed`);
  else if (before.summary.failed === 0 && failed > 0) announce(`${functionName}: ${counted(failed, 'call')} failed`);
}
