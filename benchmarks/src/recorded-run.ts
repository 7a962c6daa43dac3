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
    const scaled = result.scaledTarget === undefined ? '' : format(result.scaledTarget, result.unit);
    return row([titleOf(rows, result), `${format(result.ours, result.unit)}${mark(result)}`, target, scaled, ...cells]);
  });
  return `# Localhost beside its peers

${date}, ${machine.cpus.length} x ${machine.cpus[0] ?? 'unknown CPU'}, ${machine.memoryGigabytes} GB, ${machine.system}, kernel ${machine.kernel}, Node ${machine.node}.
Medians of ${rounds} rounds, the participants in turn; load average ${loadAverage.before.toFixed(2)} before and ${loadAverage.after.toFixed(2)} after.${skipped.length === 0 ? '' : ` Not installed: ${skipped.join(', ')}.`}
In brackets: ours as a multiple of theirs. ✓: the target is reached; (✓): as it is scaled. Targets in seconds were set on another machine;
"scaled" is such a target times what a peer takes here over what it took there. Written by \`pnpm bench\`; see docs/benchmarks.md.

${row(['', 'lithops', 'target', 'scaled', ...others])}
${row(['---', '---:', '---:', '---:', ...others.map(() => '---:')])}
${lines.join('\n')}
`;
}

function mark({ ours, reached, scaledTarget }: Result): string {
  if (reached === true) return ' ✓';
  return scaledTarget !== undefined && ours <= scaledTarget ? ' (✓)' : '';
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
