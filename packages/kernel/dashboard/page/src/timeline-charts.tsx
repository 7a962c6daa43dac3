import { signal } from '@preact/signals';
import type { Timeline } from '../../src/view/chart-view.ts';
import { CALL_STATES, type JobDetail } from '../../src/view/job-view.ts';
import { Chart } from './chart.tsx';
import { areaAt, drawArea } from './draw-area.ts';
import { drawLanes, laneAreaHeight, stretchAt } from './draw-lanes.ts';
import { count, counted, duration, rate } from './format.ts';
import { beat } from './live.ts';
import { go } from './route.ts';
import { jobPath, useAnswer } from './server.ts';

const by = signal<Timeline['by']>('worker');

/** When calls ran, how many at once, and how many ended. */
export function TimelineCharts({ detail }: { readonly detail: JobDetail }) {
  const { id } = detail.summary;
  const timeline = useAnswer<Timeline>(jobPath(id, 'timeline', { by: by.value }), `${detail.version} ${beat.value}`);
  if (timeline === undefined) return <p class="nothing">Reading the journal …</p>;
  if (timeline.lanes.length === 0) return <p class="nothing">No call has begun yet.</p>;
  const { lanes, concurrency, peak, throughput, end } = timeline;
  const fastest = Math.max(...throughput);
  const states = CALL_STATES.filter((_, state) =>
    lanes.some(({ stretches }) => stretches.some((each) => each[2] === state)),
  );
  return (
    <div class="charts">
      <figure>
        <figcaption>
          <h2>Timeline</h2>
          <fieldset class="chips">
            <legend class="unseen">A lane for each</legend>
            {(['worker', 'call'] as const).map((each) => (
              <button
                key={each}
                type="button"
                class="chip"
                aria-pressed={by.value === each}
                onClick={() => {
                  by.value = each;
                }}
              >
                by {each}
              </button>
            ))}
          </fieldset>
          <ul class="legend" aria-label="Colours">
            {states.map((state) => (
              <li key={state} class={state}>
                {state}
              </li>
            ))}
          </ul>
        </figcaption>
        <Chart
          height={laneAreaHeight(lanes.length)}
          label={`When ${counted(detail.summary.total, 'call')} ran, ${lanes.length} lanes by ${timeline.by}, over ${duration(end)}. The table of calls has the same in words.`}
          draw={(canvas) => drawLanes(canvas, timeline)}
          tip={(canvas, x, y) => {
            const found = stretchAt(canvas, timeline, x, y);
            if (found === undefined) return undefined;
            const [from, to, state, calls, call] = found.stretch;
            const what = calls === 1 ? `call ${call}` : `${counted(calls, 'call')} from ${call}`;
            return `${what} · ${CALL_STATES[state] ?? ''} · ${duration(to - from)} from ${duration(from)} · ${timeline.by} ${found.lane}`;
          }}
          click={(canvas, x, y) => {
            const found = stretchAt(canvas, timeline, x, y);
            if (found !== undefined) go({ job: id, tab: 'overview', call: found.stretch[4] });
          }}
        />
        {timeline.unshown > 0 && <p class="note">{counted(timeline.unshown, 'more worker')} without a lane.</p>}
      </figure>
      <div class="pair">
        <figure>
          <figcaption>
            <h2>Running at once</h2>
            <span class="small">at most {count(peak)}</span>
          </figcaption>
          <Chart
            height={120}
            label={`Calls that ran at once over ${duration(end)}: at most ${count(peak)}.`}
            draw={(canvas) => drawArea(canvas, concurrency, { color: 'running', end, most: peak })}
            tip={(canvas, x) =>
              areaAt(
                canvas,
                concurrency,
                x,
                (value, part) => `${count(Math.round(value * 10) / 10)} at ${duration(part * end)}`,
              )
            }
          />
        </figure>
        <figure>
          <figcaption>
            <h2>Ended per second</h2>
            <span class="small">at most {rate(fastest)}</span>
          </figcaption>
          <Chart
            height={120}
            label={`Calls that ended per second over ${duration(end)}: at most ${rate(fastest)}.`}
            draw={(canvas) => drawArea(canvas, throughput, { color: 'success', end, most: fastest })}
            tip={(canvas, x) =>
              areaAt(canvas, throughput, x, (value, part) => `${rate(value)} at ${duration(part * end)}`)
            }
          />
        </figure>
      </div>
    </div>
  );
}
