import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CaseSelection,
  type ConformanceCase,
  groupOf,
  type KnownGaps,
  runCase,
  selectCases,
} from './conformance-case.ts';

/** `known-gap`: failed, as listed. `skipped`: not asked for by the declared capabilities. `not-run`: left out by the runner. */
export type CaseOutcome = 'passed' | 'failed' | 'known-gap' | 'skipped' | 'not-run';

export interface CaseReport {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly outcome: CaseOutcome;
  /** Why it failed, was skipped or is a known gap. */
  readonly reason?: string;
  readonly durationMs?: number;
}

/** What a suite found out about a plugin; plain data. */
export interface ConformanceReport {
  readonly kind: 'compute' | 'storage';
  readonly plugin: string;
  /** As declared; infinite limits are written `Infinity`. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly node: string;
  readonly counts: Readonly<Record<CaseOutcome, number>>;
  readonly cases: readonly CaseReport[];
}

/** The suite and the plugin under test. */
export interface ConformanceSubject<Harness, Capabilities> {
  readonly kind: 'compute' | 'storage';
  readonly plugin: string;
  readonly cases: readonly ConformanceCase<Harness, Capabilities>[];
  readonly harness: Harness & { readonly capabilities: Capabilities };
  readonly knownGaps?: KnownGaps;
}

/** One run of a suite on a plugin, by whatever test runner, and its report. */
export class ConformanceRun<Harness, Capabilities extends object> {
  readonly #subject: ConformanceSubject<Harness, Capabilities>;
  readonly #selection: CaseSelection<Harness, Capabilities>;
  readonly #outcomes = new Map<string, Pick<CaseReport, 'outcome' | 'reason' | 'durationMs'>>();

  /** @throws Error when no case is selected, or a known gap names none. */
  constructor(subject: ConformanceSubject<Harness, Capabilities>) {
    this.#subject = subject;
    this.#selection = selectCases(subject.cases, subject.harness.capabilities, subject.knownGaps);
    for (const { case: skipped, reason } of this.#selection.skipped) {
      this.#outcomes.set(skipped.id, { outcome: 'skipped', reason });
    }
  }

  get title(): string {
    return `${this.#subject.kind} plugin ${this.#subject.plugin}`;
  }

  get selected(): readonly ConformanceCase<Harness, Capabilities>[] {
    return this.#selection.selected;
  }

  /** Runs a case and takes down how it ended. @throws what the case throws; Error when a known gap passes. */
  async run(entry: ConformanceCase<Harness, Capabilities>): Promise<void> {
    const { harness, knownGaps = {} } = this.#subject;
    const startedAt = performance.now();
    const end = (outcome: CaseOutcome, reason?: string) => {
      const durationMs = Math.round(performance.now() - startedAt);
      this.#outcomes.set(entry.id, { outcome, durationMs, ...(reason !== undefined && { reason }) });
    };
    try {
      await runCase(entry, harness, knownGaps);
      const gap = knownGaps[entry.id];
      end(gap === undefined ? 'passed' : 'known-gap', gap);
    } catch (error) {
      end('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  report(): ConformanceReport {
    const { kind, plugin, cases, harness } = this.#subject;
    const counts: Record<CaseOutcome, number> = { passed: 0, failed: 0, 'known-gap': 0, skipped: 0, 'not-run': 0 };
    const reports = cases.map(({ id, title }): CaseReport => {
      const outcome = this.#outcomes.get(id) ?? { outcome: 'not-run' };
      counts[outcome.outcome]++;
      return { id, group: groupOf(id), title, ...outcome };
    });
    const capabilities = Object.entries(harness.capabilities).map(([name, value]) => [
      name,
      value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
    ]);
    return {
      kind,
      plugin,
      capabilities: Object.fromEntries(capabilities),
      node: process.version,
      counts,
      cases: reports,
    };
  }

  /**
   * Ends the run: writes the report as `<kind>-<plugin>.json` into the folder that `LITHOPS_CONFORMANCE_REPORT` names.
   * @returns what to print: counts, and the reason of everything that was not simply passed.
   */
  finish(): string {
    const report = this.report();
    const folder = process.env['LITHOPS_CONFORMANCE_REPORT'];
    if (folder !== undefined && folder !== '') {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${report.kind}-${report.plugin}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
    }
    return summarize(this.title, report);
  }
}

function summarize(title: string, { counts, cases }: ConformanceReport): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  const lines = cases
    .filter(({ outcome }) => outcome === 'skipped' || outcome === 'known-gap')
    .map(({ id, outcome, reason }) => `  ${outcome} ${id}: ${reason}`);
  return [`${title}: ${told.map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`, ...lines].join('\n');
}
