import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { JobDetail } from '../../src/view/job-view.ts';
import { Badge } from './badge.tsx';
import { CallPanel } from './call-panel.tsx';
import { CallTable } from './call-table.tsx';
import { ErrorList } from './error-list.tsx';
import { count } from './format.ts';
import { JobFacts } from './job-facts.tsx';
import { LogView } from './log-view.tsx';
import { StateBar } from './progress-bar.tsx';
import { go, hrefOf, route, TABS, type Tab } from './route.ts';
import { TimelineCharts } from './timeline-charts.tsx';
import { WorkerTable } from './worker-table.tsx';

/** A job: how far it is, and one of its views. */
export function JobPage({ detail }: { readonly detail: JobDetail }) {
  const { tab, call } = route.value;
  const { summary, counts, executor } = detail;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${summary.functionName || 'anonymous'} · Lithops dashboard`;
  }, [summary.functionName]);
  return (
    <>
      <article class="job-page" aria-labelledby="job-name">
        <header>
          <a class="back" href="#/">
            ← Jobs
          </a>
          <h1 id="job-name" ref={heading} tabIndex={-1}>
            {summary.functionName || 'anonymous'} <Badge state={summary.status} />
          </h1>
          <p class="small place">
            <code>{summary.id}</code> · {executor.backend} · storage {executor.storage} · Node {executor.node.slice(1)}{' '}
            · process {executor.pid} on {executor.host}
            {executor.script !== undefined && <> · {executor.script}</>}
          </p>
          <StateBar counts={counts} />
          <JobFacts detail={detail} />
          {detail.withoutRow > 0 && (
            <p class="note" role="note">
              Of a job this large the journal keeps the first 100,000 calls and those that failed:{' '}
              {count(detail.withoutRow)} successful calls are counted, and not in the table or the charts.
            </p>
          )}
          {summary.status === 'interrupted' && (
            <p class="note warning" role="note">
              Its program ended before the job did.
            </p>
          )}
        </header>
        <TabList detail={detail} />
        <section class={`tab-panel on-${tab}`} role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
          <TabContent tab={tab} detail={detail} />
        </section>
      </article>
      {call !== undefined && <CallPanel key={call} detail={detail} call={call} />}
    </>
  );
}

function TabContent({ tab, detail }: { readonly tab: Tab; readonly detail: JobDetail }): ComponentChildren {
  switch (tab) {
    case 'overview':
      return <TimelineCharts detail={detail} />;
    case 'calls':
      return <CallTable detail={detail} />;
    case 'errors':
      return <ErrorList detail={detail} />;
    case 'workers':
      return <WorkerTable detail={detail} />;
    case 'logs':
      return <LogView detail={detail} />;
  }
}

function TabList({ detail }: { readonly detail: JobDetail }) {
  const { tab } = route.value;
  const { summary, counts, workers } = detail;
  const numbers: Readonly<Record<Tab, number | undefined>> = {
    overview: undefined,
    calls: summary.total,
    errors: counts.error + counts.cancelled,
    workers,
    logs: undefined,
  };
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? tab;
    go({ job: summary.id, tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views of the job">
      {TABS.map((each) => (
        <a
          key={each}
          id={`tab-${each}`}
          role="tab"
          href={hrefOf({ job: summary.id, tab: each })}
          aria-selected={tab === each}
          aria-controls={tab === each ? 'tab-panel' : undefined}
          tabIndex={tab === each ? 0 : -1}
          onKeyDown={move}
        >
          {each}
          {numbers[each] !== undefined && (
            <span class={`number ${each === 'errors' && numbers[each] > 0 ? 'error' : ''}`}>
              {count(numbers[each])}
            </span>
          )}
        </a>
      ))}
    </div>
  );
}
