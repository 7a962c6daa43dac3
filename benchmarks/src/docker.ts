import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildNodeImage, startDockerEngine } from '@lithops-tools/services';
import { installPacked, repository } from './installations.ts';
import { describeMachine, loadAverage } from './machine.ts';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });

type Times = Readonly<Record<string, number>>;

/** Seconds; by the name of what is measured: what it is, and what it should be at most, given the others' medians. */
const ROWS: readonly { readonly name: string; readonly title: string; readonly target?: (of: Medians) => number }[] = [
  { name: 'firstResultCold', title: 'first result, cold', target: ({ floor }) => 2 * floor },
  { name: 'processToFirstResult', title: 'the same with loading the packages' },
  { name: 'noops30Cold', title: '30 no-ops, cold', target: () => 0.6 },
  { name: 'roundTrip', title: 'warm round trip, in sequence', target: ({ local }) => 2 * (local['roundTrip'] ?? 0) },
  { name: 'noops100Warm', title: '100 no-ops, warm', target: () => 0.1 },
  { name: 'noops5000Cold', title: '5,000 no-ops, cold' },
  { name: 'noops5000Warm', title: '5,000 no-ops, warm' },
];

interface Medians {
  /** `docker run --rm IMAGE node -p 1` */
  readonly floor: number;
  /** The same in processes of this machine. */
  readonly local: Times;
}

await using engine = await startDockerEngine();
const image = await buildNodeImage(engine);
const consumer = installPacked(['@lithops/docker']);
const env = { ...process.env, DOCKER_HOST: engine.host, LITHOPS_BENCHMARK_CONSUMER: consumer };
const load = loadAverage();
const samples: { readonly floor: number[]; readonly docker: Times[]; readonly local: Times[] } = {
  floor: [],
  docker: [],
  local: [],
};

try {
  // In turn, round by round, so that a change of the machine's speed meets all alike.
  for (let round = 0; round < Number(options.rounds); round++) {
    samples.floor.push(dockerRun());
    samples.docker.push(measure(image));
    samples.local.push(measure(''));
  }
} finally {
  rmSync(consumer, { recursive: true, force: true });
}

const floor = median(samples.floor);
const [docker, local] = [medians(samples.docker), medians(samples.local)];
console.log(`docker run, the floor: ${format(floor)}`);
const results = ROWS.map(({ name, title, target }) => {
  const wanted = target?.({ floor, local });
  const seconds = docker[name] ?? Number.NaN;
  const reached = wanted === undefined ? undefined : seconds <= wanted;
  const verdict = wanted === undefined ? '' : `target ${format(wanted)}  ${reached ? 'reached' : 'missed'}`;
  console.log(
    `${title.padEnd(36)} ${format(seconds).padStart(9)}  processes ${format(local[name] ?? 0).padStart(9)}  ${verdict}`,
  );
  return { row: name, seconds, local: local[name], target: wanted, reached };
});
mkdirSync(join(repository, 'benchmarks', 'results'), { recursive: true });
writeFileSync(
  join(repository, 'benchmarks', 'results', 'docker.json'),
  `${JSON.stringify({ date: new Date().toISOString(), machine: describeMachine(), loadAverage: { before: load, after: loadAverage() }, rounds: Number(options.rounds), floor, results }, undefined, 2)}\n`,
);

function dockerRun(): number {
  const startedAt = performance.now();
  run('/usr/bin/docker', ['run', '--rm', image, 'node', '-p', '1']);
  return (performance.now() - startedAt) / 1000;
}

function measure(runtime: string): Times {
  const script = join(import.meta.dirname, 'participants', 'environment.mjs');
  return JSON.parse(run(process.execPath, [script, runtime]).trim().split('\n').at(-1) ?? '');
}

function run(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', env, timeout: 120_000 });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

function medians(all: readonly Times[]): Times {
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => [name, median(all.map((each) => each[name] ?? 0))]),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function format(seconds: number): string {
  if (seconds < 0.001) return `${(seconds * 1e6).toFixed(0)} us`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
}
