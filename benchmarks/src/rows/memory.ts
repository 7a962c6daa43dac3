import { readFileSync } from 'node:fs';
import { peakMegabytes } from '../memory.ts';
import { numbers, type Row } from '../row.ts';

/** Peak resident memory of the client and of its largest worker, for jobs of no-ops whose futures are all kept. */
export const memory: Row = memoryOf(5000, { client: 150, worker: 90 });
export const memoryOfMany: Row = memoryOf(50_000);

function memoryOf(tasks: number, targets?: { readonly client: number; readonly worker: number }): Row {
  const judged = (most: number | undefined) => (most === undefined ? {} : { target: () => most });
  return {
    name: `memory-${tasks}`,
    title: `memory at ${tasks.toLocaleString('en')} tasks`,
    others: ['piscina', 'jest-worker', 'bare'],
    metrics: [
      { name: 'client', title: 'client', unit: 'megabytes', ...judged(targets?.client) },
      { name: 'worker', title: 'worker', unit: 'megabytes', ...judged(targets?.worker) },
    ],
    async measure({ open }) {
      const pool = await open(2);
      await pool.map('noop', numbers(tasks));
      const workers = childPeaks();
      return { client: peakMegabytes(), worker: workers.length > 0 ? Math.max(...workers) : Number.NaN };
    },
  };
}

/** Peaks of the Node processes that this one has started, where the system tells. */
function childPeaks(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.flatMap((pid) => {
    const status = pid === '' ? '' : readFileSync(`/proc/${pid}/status`, 'utf8');
    const isNode = /^Name:\s+(?:node|MainThread)$/m.test(status);
    const peak = isNode ? /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] : undefined;
    return peak === undefined ? [] : [Number(peak) / 1024];
  });
}
