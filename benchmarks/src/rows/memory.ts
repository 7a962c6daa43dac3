import type { Row } from '../row.ts';

/** Peak resident memory of the client and of its largest worker, for jobs of no-ops whose futures are all kept. */
export const memory: Row = memoryOf(5000, { client: 150, worker: 90 });
export const memoryOfMany: Row = memoryOf(50_000);

function memoryOf(tasks: number, targets?: { readonly client: number; readonly worker: number }): Row {
  const judged = (most: number | undefined) => (most === undefined ? {} : { target: () => most });
  return {
    name: `memory-${tasks}`,
    title: `memory at ${tasks.toLocaleString('en')} tasks`,
    others: ['piscina', 'jest-worker', 'bare'],
    script: new URL('memory-script.mjs', import.meta.url),
    arguments: [`${tasks}`],
    metrics: [
      { name: 'client', title: 'client', unit: 'megabytes', ...judged(targets?.client) },
      { name: 'worker', title: 'worker', unit: 'megabytes', ...judged(targets?.worker) },
    ],
  };
}
