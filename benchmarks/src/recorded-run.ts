import type { Machine } from './machine.ts';
import type { Row } from './row.ts';
import { format, type Result, titleOf } from './table.ts';

/** A run of all rows, as it is kept in `results/`. */
export interface RecordedRun {
  readonly date: string;
  readonly machine: Machine;
  /** Of the last minute, before and after. */
  readonly loadAverage: { readonly before: number; readonly after: number };
  readonly rounds: number;
  /** Participants that could not be installed. */
  readonly skipped: readonly string[];
  readonly results: readonly Result[];
}

/** The run as a page: a line for each metric, the others with their medians and ours as a multiple of them. */
export function markdown(
  { date, machine, loadAverage, rounds, skipped, results }: RecordedRun,
  rows: readonly Row[],
): string {
  const others = [...new Set(results.flatMap((result) => Object.keys(result.others)))];
  const lines = results.map((result) => {
    const cells = others.map((name) => {
      const other = result.others[name];
      return other === undefined ? '' : `${format(other.median, result.unit)} (${other.ratio.toFixed(2)})`;
    });
    const target = result.target === undefined ? '' : format(result.target, result.unit);
    const ours = `${format(result.ours, result.unit)}${result.reached === true ? ' ✓' : ''}`;
    return row([titleOf(rows, result), ours, target, ...cells]);
  });
  return `# Localhost beside its peers

${date}, ${machine.cpus.length} x ${machine.cpus[0] ?? 'unknown CPU'}, ${machine.memoryGigabytes} GB, ${machine.system}, kernel ${machine.kernel}, Node ${machine.node}.
Medians of ${rounds} rounds, the participants in turn; load average ${loadAverage.before.toFixed(2)} before and ${loadAverage.after.toFixed(2)} after.${skipped.length === 0 ? '' : ` Not installed: ${skipped.join(', ')}.`}
In brackets: ours as a multiple of theirs. Written by \`pnpm bench\`; see docs/benchmarks.md.

${row(['', 'lithops', 'target', ...others])}
${row(['---', '---:', '---:', ...others.map(() => '---:')])}
${lines.join('\n')}
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
