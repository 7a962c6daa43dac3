/** A row of the table: what is measured, for whom, and what is to be reached. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** Peers that can do it; ours is always measured. */
  readonly peers: readonly string[];
  /** Measured from outside: the whole process. */
  readonly wholeProcess?: boolean;
  /** What our median is to be at most, in seconds, given the peers' medians. */
  readonly target: (peers: ReadonlyMap<string, number>) => number;
}

const PEERS = ['piscina', 'poolifier', 'workerpool', 'jest-worker'];
const best = (peers: ReadonlyMap<string, number>) => Math.min(...peers.values());
const piscina = (peers: ReadonlyMap<string, number>) => peers.get('piscina') ?? Number.NaN;

/** Two CPUs and 3e8 steps a task: the ideal is measured by the `floor` row of the same run. */
export const ROWS: readonly Row[] = [
  {
    name: 'hello',
    title: 'hello from a cold script',
    peers: PEERS,
    wholeProcess: true,
    target: (peers) => 1.3 * piscina(peers),
  },
  { name: 'round-trip', title: 'warm round trip, in sequence', peers: PEERS, target: (peers) => 1.5 * piscina(peers) },
  { name: 'noops-100-warm', title: '100 no-ops, warm', peers: PEERS, target: best },
  { name: 'noops-5000-cold', title: '5,000 no-ops, cold', peers: PEERS, target: best },
  { name: 'noops-5000-warm', title: '5,000 no-ops, warm', peers: PEERS, target: () => 0.05 },
  { name: 'stream-1000000', title: '1,000,000 no-ops by mapStream', peers: [], target: () => 5 },
  { name: 'cpu-8', title: '8 CPU tasks', peers: PEERS, target: (peers) => best(peers) / 0.97 },
  {
    name: 'results-20-x-1-mib',
    title: '20 results of 1 MiB',
    peers: ['piscina', 'poolifier', 'jest-worker'],
    target: () => 0.04,
  },
  {
    name: 'results-4-x-50-mib',
    title: '4 results of 50 MiB',
    peers: ['piscina', 'poolifier', 'jest-worker'],
    target: () => 0.31,
  },
  {
    name: 'captured-10-mib-100-tasks',
    title: '10 MiB captured, 100 tasks',
    peers: ['piscina', 'jest-worker'],
    target: () => 0.15,
  },
];
