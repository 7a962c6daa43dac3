// One row for one participant, in a process of its own. The last line it prints is a JSON object of its metrics.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Bench, Participant, Pool } from './row.ts';
import { ROWS } from './rows/index.ts';

const [, , name, participant] = process.argv;
const row = ROWS.find((candidate) => candidate.name === name);
if (row?.measure === undefined || participant === undefined) throw new Error(`there is nothing to measure of ${name}`);

const bench: Bench = {
  participant: participant as Participant, // the command gives one of the row's
  async open(workers) {
    const { open }: { open(workers: number): Pool | Promise<Pool> } = await import(`./participants/${participant}.mjs`);
    return open(workers);
  },
  packed: (specifier) => {
    const consumer = createRequire(`${process.env['LITHOPS_BENCHMARK_CONSUMER']}/`);
    return import(pathToFileURL(consumer.resolve(specifier)).href);
  },
};
console.log(JSON.stringify(await row.measure(bench)));
process.exit(0);
