/** A row of the table: one piece of work, done by us and by others in turn. */
export interface Row {
  /** File name of its module in `rows/`. */
  readonly name: string;
  readonly title: string;
  /** Who does it beside `lithops`; a participant is a module of `participants/`. */
  readonly others: readonly Participant[];
  readonly metrics: readonly Metric[];
  /** Once is enough where the work itself repeats what it measures. Default: the rounds of the run. */
  readonly rounds?: number;
  /**
   * Does the work in a process of its own, and tells each metric by its name; NaN where a participant cannot tell.
   * Absent: a script does, see {@link Row.script}.
   */
  readonly measure?: (bench: Bench) => Promise<Readonly<Record<string, number>>>;
  /**
   * A script to run with the participant's name as its first argument. The last line that it prints is a JSON object of its
   * metrics; where it prints nothing, `time` is the seconds until its process has ended.
   */
  readonly script?: URL;
  /** Further arguments of the script. */
  readonly arguments?: readonly string[];
}

export type Participant =
  | 'lithops'
  | 'bare'
  | 'piscina'
  | 'poolifier'
  | 'workerpool'
  | 'jest-worker'
  | 'faastjs'
  | 'undici';

export interface Metric {
  readonly name: string;
  /** Behind the row's title in the table, where a row has more metrics than one. */
  readonly title?: string;
  readonly unit: Unit;
  /** What ours is to be at most, given the others' medians; absent: told, not judged. */
  readonly target?: (others: ReadonlyMap<Participant, number>) => number;
  /** What a peer took on the machine on which a `target` in seconds was set: how fast this one is, is seen by it. */
  readonly setBeside?: { readonly peer: Participant; readonly seconds: number };
}

/** `seconds` are shown as s, ms or us. */
export type Unit = 'seconds' | 'megabytes' | 'times';

/** What a row's `measure` works with. */
export interface Bench {
  readonly participant: Participant;
  /** Starts the participant's pool. Pools are not closed: the process ends after the row. */
  open(workers: number): Promise<Pool>;
  /** Imports a module of the packed packages, as users have them. */
  packed<Module>(specifier: string): Promise<Module>;
}

/** A participant's pool. `work` names a function of `participants/work.mjs`. */
export interface Pool {
  run(work: string, argument: unknown): Promise<unknown>;
  /** One task for each argument. */
  map(work: string, items: readonly unknown[]): Promise<unknown[]>;
  /** Tasks that all read the same bytes, which travel with the function where the participant can do that. */
  captured(data: Uint8Array, tasks: number): Promise<unknown[]>;
  /** Only ours. */
  stream?(work: string, source: Iterable<unknown>): AsyncIterable<unknown>;
  /** The same as `map`, and what is to be done and what came of it outlive a crash of the machine. Ours, and the floor. */
  durable?(work: string, items: readonly unknown[]): Promise<unknown[]>;
  close(): Promise<unknown>;
}

/** Pools that every row of tiny tasks compares with. */
export const POOLS: readonly Participant[] = ['piscina', 'poolifier', 'workerpool', 'jest-worker', 'faastjs'];

/** The best of the pools: bare floors are no peers. */
export function bestPool(others: ReadonlyMap<Participant, number>): number {
  return Math.min(...POOLS.map((pool) => others.get(pool) ?? Number.POSITIVE_INFINITY));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Seconds that some work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** A pool that has worked, and code that has been compiled, the participant's and the engine's. */
export async function warmUp(pool: Pool): Promise<void> {
  await pool.map('noop', numbers(2000));
  await pool.map('noop', numbers(200));
}

/** Some 20 ms each: a participant may start a worker only when there is work for it, and then has all of them up. */
export async function bringUpAll(pool: Pool): Promise<void> {
  await pool.map(
    'spin',
    numbers(8).map(() => 2e7),
  );
}
