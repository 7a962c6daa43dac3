import type { Metric, Participant, Row, Unit } from './row.ts';
import type { Sample } from './samples.ts';

/** A metric of a row, judged. */
export interface Result {
  readonly row: string;
  readonly metric: string;
  readonly unit: Unit;
  /** Our median. */
  readonly ours: number;
  readonly target?: number;
  readonly reached?: boolean;
  /** The target as it would have been set on this machine, by what a peer took there and takes here. */
  readonly scaledTarget?: number;
  /** Medians of the others, and ours as a multiple of them. */
  readonly others: Readonly<Record<string, { readonly median: number; readonly ratio: number }>>;
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

export function judge(row: Row, samples: ReadonlyMap<Participant, readonly Sample[]>): Result[] {
  return row.metrics.map((metric) => judgeMetric(row, metric, samples));
}

/** What a result is of, in words. */
export function titleOf(rows: readonly Row[], result: Result): string {
  const row = rows.find(({ name }) => name === result.row);
  const { title } = row?.metrics.find(({ name }) => name === result.metric) ?? {};
  return title === undefined ? (row?.title ?? result.row) : `${row?.title}: ${title}`;
}

/** One line of the table. */
export function line(row: Row, result: Result): string {
  const others = Object.entries(result.others).map(
    ([name, { median, ratio }]) => `${name} ${format(median, result.unit)} (${ratio.toFixed(2)})`,
  );
  return [
    titleOf([row], result).padEnd(58),
    format(result.ours, result.unit).padStart(9),
    (result.target === undefined ? '' : `target ${format(result.target, result.unit)}`).padEnd(17),
    verdict(result).padEnd(11),
    others.join('  '),
  ].join('  ');
}

function judgeMetric(row: Row, metric: Metric, samples: ReadonlyMap<Participant, readonly Sample[]>): Result {
  const values = new Map(
    [...samples].map(([participant, taken]) => [participant, taken.map((sample) => sample[metric.name] ?? Number.NaN)]),
  );
  const medians = new Map([...values].map(([participant, taken]) => [participant, median(taken)]));
  const ours = medians.get('lithops') ?? Number.NaN;
  medians.delete('lithops');
  const wanted = metric.target?.(medians);
  // One that is a peer's, who is not here, is none.
  const target = Number.isFinite(wanted) ? wanted : undefined;
  const { setBeside } = metric;
  const peer = setBeside && medians.get(setBeside.peer);
  const others = [...medians].filter(([, value]) => !Number.isNaN(value));
  return {
    row: row.name,
    metric: metric.name,
    unit: metric.unit,
    ours,
    ...(target !== undefined && { target, reached: ours <= target }),
    ...(target !== undefined &&
      setBeside !== undefined &&
      peer !== undefined && { scaledTarget: (target * peer) / setBeside.seconds }),
    others: Object.fromEntries(others.map(([name, value]) => [name, { median: value, ratio: ours / value }])),
    samples: Object.fromEntries(values),
  };
}

function verdict({ ours, target, reached, scaledTarget }: Result): string {
  if (target === undefined) return '';
  if (reached === true) return 'reached';
  if (scaledTarget !== undefined && ours <= scaledTarget) return 'by ratio';
  return `${(ours / target).toFixed(2)} x over`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function format(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '-';
  if (unit === 'times') return `${value.toFixed(2)} x`;
  if (unit === 'megabytes') return `${value.toFixed(0)} MB`;
  if (value < 0.001) return `${(value * 1e6).toFixed(0)} us`;
  return value < 1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`;
}
