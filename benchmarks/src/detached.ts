import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installPacked, repository } from './installations.ts';
import { describeMachine, loadAverage } from './machine.ts';

const { values: options } = parseArgs({
  options: {
    /** Calls of each job, one invocation for each call. */
    calls: { type: 'string', default: '1000,10000,100000' },
    /** Invocations that the platform takes at once. */
    'at-once': { type: 'string', default: '1000' },
    /** Where the JSON goes; not written where `calls` is given. */
    out: { type: 'string', default: join(repository, 'benchmarks', 'results', 'detached.json') },
  },
});

/** What a job of many detached calls costs its client, for each call: it is to be the same however many there are. */
interface Cost {
  readonly calls: number;
  readonly seconds: number;
  readonly cpuMicrosecondsPerCall: number;
  readonly peakMegabytes: number;
  readonly putsPerCall: number;
  readonly getsPerCall: number;
  readonly lists: number;
  readonly listedKeysPerCall: number;
  readonly listsOfOtherJobs: number;
}

const MOST_GROWTH = 1.25;
const LIMIT_MS = 60 * 60 * 1000;

const load = loadAverage();
const consumer = installPacked();
// In memory where that is possible: disks are not what is measured.
const storageRoot = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lithops-benchmark-detached-'));
const costs: Cost[] = [];
try {
  for (const calls of options.calls.split(',')) {
    const cost = measure(calls);
    costs.push(cost);
    console.log(
      [
        `${cost.calls.toLocaleString('en').padStart(9)} calls`,
        `${cost.seconds.toFixed(1)} s`,
        `${cost.cpuMicrosecondsPerCall.toFixed(0)} us of client CPU a call`,
        `${cost.peakMegabytes.toFixed(0)} MB`,
        `${cost.putsPerCall.toFixed(2)} put, ${cost.getsPerCall.toFixed(2)} get, ${cost.listedKeysPerCall.toFixed(2)} keys listed a call`,
        `${cost.lists} listings, ${cost.listsOfOtherJobs} of other jobs`,
      ].join('  '),
    );
  }
} finally {
  rmSync(consumer, { recursive: true, force: true });
  rmSync(storageRoot, { recursive: true, force: true });
}

const [last, before] = [costs.at(-1), costs.at(-2)];
const growth = (last?.cpuMicrosecondsPerCall ?? Number.NaN) / (before?.cpuMicrosecondsPerCall ?? Number.NaN);
console.log(
  `client CPU of a call, the last job to the one before: ${growth.toFixed(2)}  target ${MOST_GROWTH}  ${growth <= MOST_GROWTH ? 'reached' : 'missed'}`,
);
if (process.argv.length === 2) {
  const facts = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    loadAverage: { before: load, after: loadAverage() },
    atOnce: Number(options['at-once']),
    growth,
    costs,
  };
  mkdirSync(dirname(resolve(options.out)), { recursive: true });
  writeFileSync(resolve(options.out), `${JSON.stringify(facts, undefined, 2)}\n`);
}

function measure(calls: string): Cost {
  const client = join(import.meta.dirname, 'detached', 'client.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [client, calls, storageRoot, options['at-once']], {
    encoding: 'utf8',
    env: { ...process.env, LITHOPS_BENCHMARK_CONSUMER: consumer },
    timeout: LIMIT_MS,
  });
  if (status !== 0) throw new Error(`a job of ${calls} calls failed: ${stdout}${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Cost; // what client.ts prints
}
