import { signal } from '@preact/signals';

export const TABS = ['overview', 'calls', 'errors', 'workers', 'logs'] as const;
export type Tab = (typeof TABS)[number];

/** Where the page is: `#/<executorId>/<jobId>/<tab>/<call>`. */
export interface Route {
  /** `<executorId>/<jobId>` */
  readonly job?: string;
  readonly tab: Tab;
  readonly call?: number;
}

export const route = signal<Route>(parseRoute(location.hash));

export function parseRoute(hash: string): Route {
  const [executor, job, tabName, call] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  const tab = TABS.find((each) => each === tabName) ?? 'overview';
  if (!executor || !job) return { tab: 'overview' };
  const number = call === undefined || !/^\d{1,10}$/.test(call) ? undefined : Number(call);
  return { job: `${executor}/${job}`, tab, ...(number !== undefined && { call: number }) };
}

/** The address of a place, for links. */
export function hrefOf({ job, tab, call }: Route): string {
  if (job === undefined) return '#/';
  const parts = job.split('/').map(encodeURIComponent);
  if (tab !== 'overview' || call !== undefined) parts.push(tab);
  if (call !== undefined) parts.push(`${call}`);
  return `#/${parts.join('/')}`;
}

export function go(to: Route): void {
  location.hash = hrefOf(to);
}

/** Keeps `route` at what the address says. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    route.value = parseRoute(location.hash);
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
