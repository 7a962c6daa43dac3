import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROWS, type Row } from './rows.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' } },
});
const repository = new URL('../../', import.meta.url).pathname;
const consumer = installPacked();

try {
  const rows = ROWS.filter(({ name }) => options.only === undefined || name.includes(options.only));
  const results = rows.map((row) => measureRow(row, Number(options.rounds)));
  const facts = {
    date: new Date().toISOString(),
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    rounds: Number(options.rounds),
    results,
  };
  if (options.only === undefined)
    writeFileSync(
      join(repository, 'benchmarks', 'results', 'localhost.json'),
      `${JSON.stringify(facts, undefined, 2)}\n`,
    );
} finally {
  rmSync(consumer, { recursive: true, force: true });
}

/** Peers in turn, round by round, so that a change of the machine's speed meets all alike. */
function measureRow(row: Row, rounds: number): object {
  const times = new Map<string, number[]>(['lithops', ...row.peers].map((peer) => [peer, []]));
  for (let round = 0; round < rounds; round++) for (const [peer, samples] of times) samples.push(measure(row, peer));
  const medians = new Map([...times].map(([peer, samples]) => [peer, median(samples)]));
  const ours = medians.get('lithops') ?? Number.NaN;
  medians.delete('lithops');
  const target = row.target(medians);
  const peers = [...medians].map(([peer, time]) => `${peer} ${format(time)}`).join('  ');
  console.log(
    `${row.title.padEnd(32)} ${format(ours).padStart(9)}  target ${format(target).padStart(9)}  ${ours <= target ? 'reached    ' : `${(ours / target).toFixed(2)} x over`}  ${peers}`,
  );
  return {
    row: row.name,
    seconds: ours,
    target,
    reached: ours <= target,
    peers: Object.fromEntries(medians),
    samples: Object.fromEntries(times),
  };
}

function measure(row: Row, peer: string): number {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'peers', 'measure.mjs'), row.name, peer],
    {
      encoding: 'utf8',
      env: { ...process.env, LITHOPS_BENCHMARK_CONSUMER: consumer },
      timeout: 120_000,
    },
  );
  if (status !== 0) throw new Error(`${row.name} failed for ${peer}: ${stderr}`);
  return row.wholeProcess === true
    ? (performance.now() - startedAt) / 1000
    : JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** What users get: the packages as they are published, installed by npm into a folder of their own. */
function installPacked(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-benchmark-'));
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  const files = new Map<string, string>();
  for (const [name, path] of [
    ['@lithops/worker', 'kernel/worker'],
    ['@lithops/closure', 'kernel/closure'],
    ['@lithops/core', 'kernel/core'],
    ['@lithops/localhost', 'localhost/localhost'],
    ['lithops', 'kernel/lithops'],
  ] as const) {
    const before = new Set(readdirSync(packed));
    run('pnpm', ['pack', '--pack-destination', packed], join(repository, 'packages', path));
    files.set(name, `file:${join(packed, readdirSync(packed).find((file) => !before.has(file)) ?? '')}`);
  }
  const lithops = files.get('lithops');
  files.delete('lithops');
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      dependencies: { lithops },
      overrides: Object.fromEntries(files),
    }),
  );
  run('npm', ['install', '--no-audit', '--no-fund'], folder);
  return folder;
}

function run(file: string, args: readonly string[], cwd: string): void {
  const { status, stderr, stdout } = spawnSync(file, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function format(seconds: number): string {
  return seconds < 0.001
    ? `${(seconds * 1e6).toFixed(0)} us`
    : seconds < 1
      ? `${(seconds * 1000).toFixed(1)} ms`
      : `${seconds.toFixed(2)} s`;
}
