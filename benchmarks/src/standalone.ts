import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FunctionExecutor } from '@lithops/core';
import { vm } from '@lithops/standalone-vm';
import { startSshMachines } from '@lithops-tools/services';
import { buildPrograms } from '../../packages/standalone/standalone/build-master.ts';
import { repository } from './installations.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { queueFloor } from './queue-floor.ts';

/** 10,000 short tasks over a master and three machines, beside what the queue engine alone takes for as many jobs. */
const { values: options } = parseArgs({
  options: {
    tasks: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    processes: { type: 'string' },
  },
});
const tasks = Number(options.tasks);
const WORKERS = 3;
/** Undefined: as many as each machine has CPUs; then more is sent ahead of what runs. */
const processes = options.processes === undefined ? undefined : Number(options.processes);

await buildPrograms();
await using cluster = await startSshMachines(1 + WORKERS);
const [master, ...workers] = cluster.machines;
const load = loadAverage();
await using fexec = new FunctionExecutor({
  backend: vm({
    ipAddress: '127.0.0.1',
    sshPort: master?.port ?? 22,
    sshUsername: cluster.username,
    sshKeyFilename: cluster.keyFile,
    knownHostsFile: cluster.knownHostsFile,
    workers: workers.map(({ address }) => address),
    ...(processes !== undefined && { workerProcesses: processes }),
  }),
});
const items = Array.from({ length: tasks }, (_, i) => i);
// Installed, started, and every process warm.
await fexec.map((i: number) => i, items.slice(0, 600), { chunksize: 1 }).result();

const rows = {
  floor: { title: 'BullMQ alone: add and process', seconds: [] as number[] },
  batched: { title: 'tasks, as they are by default', seconds: [] as number[] },
  single: { title: 'tasks, each a job of the queue', seconds: [] as number[] },
};
// In turn, so that a change of the machine's speed meets all alike.
for (let round = 0; round < Number(options.rounds); round++) {
  rows.floor.seconds.push(await queueFloor(tasks, WORKERS * (processes ?? availableParallelism())));
  rows.batched.seconds.push(await timed(() => fexec.map((i: number) => i + 1, items).result()));
  rows.single.seconds.push(await timed(() => fexec.map((i: number) => i + 1, items, { chunksize: 1 }).result()));
}

const results = Object.entries(rows).map(([row, { title, seconds }]) => {
  const median = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.NaN;
  const perSecond = Math.round(tasks / median);
  console.log(`${title.padEnd(32)} ${median.toFixed(2).padStart(7)} s  ${String(perSecond).padStart(7)} per second`);
  return { row, title, seconds: median, perSecond, all: seconds };
});
mkdirSync(join(repository, 'benchmarks', 'results'), { recursive: true });
writeFileSync(
  join(repository, 'benchmarks', 'results', 'standalone.json'),
  `${JSON.stringify({ date: new Date().toISOString(), machine: describeMachine(), loadAverage: { before: load, after: loadAverage() }, tasks, machines: WORKERS, processes: processes ?? availableParallelism(), results }, undefined, 2)}\n`,
);

async function timed(run: () => Promise<readonly number[]>): Promise<number> {
  const startedAt = performance.now();
  const results = await run();
  if (results.some((result, i) => result !== i + 1)) throw new Error('a result is wrong');
  return (performance.now() - startedAt) / 1000;
}
