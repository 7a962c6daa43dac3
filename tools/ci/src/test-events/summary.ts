import type { Check } from '../check.ts';
import type { TestEvent } from './test-event.ts';

/** What a run of tests came to, whether or not it came to its end. */
export interface TestRunSummary {
  readonly checks: readonly Check[];
  /** Files that ended, those that took longest first. */
  readonly slowest: readonly { readonly file: string; readonly ms: number }[];
}

/**
 * Folds the events of a run, in their order.
 *
 * A file that began and did not end is a failed check which says what its last test was: a run that was cut says where.
 */
export function summaryOf(events: readonly TestEvent[]): TestRunSummary {
  const checks: Check[] = [];
  const running = new Map<string, { readonly since: number; last: string | undefined }>();
  const ended: { file: string; ms: number }[] = [];
  for (const event of events) {
    const { file, at } = event;
    const current = running.get(file);
    if (event.event === 'begun') running.set(file, { since: at, last: undefined });
    else if (event.event === 'checked') {
      checks.push(event.check);
      if (current !== undefined) current.last = event.check.name;
    } else {
      running.delete(file);
      ended.push({ file, ms: at - (current?.since ?? at) });
    }
  }
  for (const [file, { last }] of running)
    checks.push({ name: file, outcome: 'failed', detail: `did not end; its last test to end: ${last ?? 'none'}` });
  return { checks, slowest: ended.sort((a, b) => b.ms - a.ms) };
}
