import { peakMegabytes } from '../memory.ts';
import { type Row, seconds } from '../row.ts';

const ITEMS = 1_000_000;

export const stream: Row = {
  name: 'stream-1000000',
  title: '1,000,000 no-ops by mapStream',
  others: [],
  metrics: [
    { name: 'time', unit: 'seconds', target: () => ITEMS / 200_000 },
    { name: 'memory', title: 'client memory', unit: 'megabytes', target: () => 250 },
  ],
  async measure({ open }) {
    const pool = await open(2);
    let sum = 0;
    const time = await seconds(async () => {
      for await (const n of pool.stream?.('noop', count()) ?? []) sum += Number(n);
    });
    if (sum !== (ITEMS * (ITEMS - 1)) / 2) throw new Error(`the sum is ${sum}`);
    return { time, memory: peakMegabytes() };
  },
};

function* count(): Generator<number> {
  for (let n = 0; n < ITEMS; n++) yield n;
}
