import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { LogPage, LogPiece } from '../../src/view/call-view.ts';
import type { JobDetail } from '../../src/view/job-view.ts';
import { count, plain } from './format.ts';
import { Repeated } from './repeated.ts';
import { hrefOf } from './route.ts';
import { ask, jobPath } from './server.ts';

/** So much is shown, the newest. */
const MOST_PIECES = 1500;
const AGAIN_MS = 700;

/** What the calls of a job print, as it comes. */
export function LogView({ detail }: { readonly detail: JobDetail }) {
  const { id } = detail.summary;
  const pieces = useMemo(() => signal<readonly LogPiece[]>([]), [id]);
  const cut = useMemo(() => signal(false), [id]);
  const element = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const reading = useMemo(
    () =>
      new Repeated(async (gone) => {
        const after = pieces.peek().at(-1)?.number ?? -1;
        const page = await ask<LogPage>(jobPath(id, 'logs', { after }), gone);
        cut.value ||= page.cut;
        if (page.pieces.length > 0) pieces.value = [...pieces.peek(), ...page.pieces].slice(-MOST_PIECES);
      }, AGAIN_MS),
    [id, pieces, cut],
  );
  useEffect(() => () => reading.close(), [reading]);
  useEffect(() => reading.request(), [reading, detail.version]);
  // Who reads the end goes on reading the end.
  useLayoutEffect(() => {
    const { current } = element;
    if (current !== null && atEnd.current) current.scrollTop = current.scrollHeight;
  }, [pieces.value]);
  if (pieces.value.length === 0) return <p class="nothing">No call has printed anything.</p>;
  return (
    <div
      class="logs scroll"
      ref={element}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Output of calls"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {cut.value && (
        <p class="small">Earlier output is not shown here; `lithops logs get` has all that the journal keeps.</p>
      )}
      {pieces.value.map(({ number, call, stream, text }) => (
        <div key={number} class="log-line">
          <a href={hrefOf({ job: id, tab: 'logs', call })} aria-label={`call ${call}`}>
            {count(call)}
          </a>
          <pre class={stream}>{plain(text).replace(/\n$/, '')}</pre>
        </div>
      ))}
    </div>
  );
}
