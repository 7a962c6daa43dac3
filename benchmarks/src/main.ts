import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installHeavyPeers, installPacked, repository } from './installations.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { markdown, type RecordedRun } from './recorded-run.ts';
import type { Participant, Row } from './row.ts';
import { ROWS } from './rows/index.ts';
import { takeSamples } from './samples.ts';
import { judge, line, type Result } from './table.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    /** Rows whose name contains this. */
    only: { type: 'string', default: '' },
    /** Nobody beside us: quick, while we work on something. */
    alone: { type: 'boolean', default: false },
    /** Where the JSON goes. */
    out: { type: 'string', default: join(repository, 'benchmarks', 'results', 'localhost.json') },
  },
});
const rows = ROWS.filter(({ name }) => name.includes(options.only));
if (rows.length === 0)
  throw new Error(`no row's name contains '${options.only}': ${ROWS.map(({ name }) => name).join(', ')}`);

const load = loadAverage();
const consumer = installPacked();
const peers = options.alone ? undefined : installHeavyPeers();
const env = {
  ...process.env,
  LITHOPS_BENCHMARK_CONSUMER: consumer,
  LITHOPS_BENCHMARK_PEERS: peers,
  // Kept, as by default, but not among those of the developer.
  LITHOPS_JOURNAL: join(consumer, 'journal'),
};

try {
  const startedAt = performance.now();
  const results = rows.flatMap(measureRow);
  const judged = results.filter(({ reached }) => reached !== undefined);
  const reached = judged.filter((result) => result.reached === true).length;
  console.log(
    `${reached} of ${judged.length} targets reached, in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
  write(results);
} finally {
  rmSync(consumer, { recursive: true, force: true });
}

function measureRow(row: Row): Result[] {
  const participants: readonly Participant[] = ['lithops', ...(options.alone ? [] : row.others.filter(isInstalled))];
  const samples = takeSamples(row, participants, Number(options.rounds), env);
  const results = judge(row, samples);
  for (const result of results) console.log(line(row, result));
  return results;
}

function isInstalled(participant: Participant): boolean {
  return participant !== 'faastjs' || peers !== undefined;
}

/** A run of some rows is no record. */
function write(results: readonly Result[]): void {
  if (options.only !== '' || options.alone) return;
  const file = resolve(options.out);
  const run: RecordedRun = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    loadAverage: { before: load, after: loadAverage() },
    rounds: Number(options.rounds),
    skipped: peers === undefined ? ['faastjs'] : [],
    results,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(run, undefined, 2)}\n`);
  writeFileSync(file.replace(/(\.json)?$/, '.md'), markdown(run, ROWS));
}
