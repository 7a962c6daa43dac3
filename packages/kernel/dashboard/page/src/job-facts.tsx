import type { ComponentChildren } from 'preact';
import type { JobDetail } from '../../src/view/job-view.ts';
import { bytes, cost, count, counted, duration, moment, percent, rate } from './format.ts';
import { currentRate, now } from './live.ts';

/** Figures of a job. */
export function JobFacts({ detail }: { readonly detail: JobDetail }) {
  const { summary, counts, duration: spread } = detail;
  const { status, total, ended, failed, submittedAt, changedAt } = summary;
  const live = status === 'running';
  const elapsed = (live ? now.value : changedAt) - submittedAt;
  const speed = currentRate.value;
  const left = live && speed !== undefined && speed > 0 ? ((total - ended) / speed) * 1000 : undefined;
  return (
    <dl class="facts">
      <Fact name="Ended" note={ended === total ? counted(total, 'call') : `${count(ended)} of ${count(total)}`}>
        {percent(ended, total)}
      </Fact>
      <Fact
        name={live ? 'Running for' : 'Took'}
        note={left === undefined ? moment(submittedAt, now.value) : `about ${duration(left)} left`}
      >
        {duration(elapsed)}
      </Fact>
      <Fact
        name={live ? 'Running now' : 'Workers'}
        note={live ? `on ${counted(detail.workers, 'worker')} so far` : coldNote(detail)}
      >
        {count(live ? counts.running : detail.workers)}
      </Fact>
      <Fact name="Failed" note={counted(detail.retries, 'retry', 'retries')} tone={failed > 0 ? 'error' : undefined}>
        {count(failed)}
      </Fact>
      <Fact name="Calls ended" note={live ? 'now' : 'on average'}>
        {speed === undefined ? '–' : rate(speed)}
      </Fact>
      <Fact name="Median call" note={spread === undefined ? '' : `p95 ${duration(spread.p95)}`}>
        {spread === undefined ? '–' : duration(spread.median)}
      </Fact>
      <Fact name="CPU time" note={`peak ${detail.peakMemoryBytes > 0 ? bytes(detail.peakMemoryBytes) : '–'}`}>
        {duration(detail.cpuTime)}
      </Fact>
      <Fact name="Cost" note={summary.cost > 0 ? 'at list prices' : 'no prices'}>
        {summary.cost > 0 ? cost(summary.cost) : '–'}
      </Fact>
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly note: string;
  readonly tone?: 'error' | undefined;
  readonly children: ComponentChildren;
}

function Fact({ name, note, tone, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={tone === undefined ? undefined : `text-${tone}`}>
        {children}
        <small>{note}</small>
      </dd>
    </div>
  );
}

function coldNote({ coldStarts }: JobDetail): string {
  return counted(coldStarts, 'cold start');
}
