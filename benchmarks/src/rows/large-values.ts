import { bringUpAll, numbers, type Participant, type Pool, type Row, seconds, warmUp } from '../row.ts';

const MIB = 2 ** 20;

export const results20: Row = largeResults(
  'results-20-x-1-mib',
  '20 results of 1 MiB',
  20,
  MIB,
  { target: 0.04, jestWorker: 0.04 },
  ['piscina', 'poolifier', 'jest-worker', 'bare'],
);

export const results4: Row = largeResults(
  'results-4-x-50-mib',
  '4 results of 50 MiB',
  4,
  50 * MIB,
  { target: 0.31, jestWorker: 0.31 },
  ['piscina', 'poolifier', 'jest-worker', 'bare'],
);

export const capture: Row = {
  name: 'captured-10-mib-100-tasks',
  title: '10 MiB captured, 100 tasks',
  others: ['piscina', 'jest-worker', 'bare'],
  metrics: [{ name: 'time', unit: 'seconds', target: () => 0.15, setBeside: { peer: 'piscina', seconds: 0.56 } }],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    const data = new Uint8Array(10 * MIB).fill(1);
    return { time: await seconds(() => pool.captured(data, 100)) };
  },
};

function largeResults(
  name: string,
  title: string,
  count: number,
  size: number,
  { target, jestWorker }: { readonly target: number; readonly jestWorker: number },
  others: readonly Participant[],
): Row {
  return {
    name,
    title,
    others,
    metrics: [
      { name: 'time', unit: 'seconds', target: () => target, setBeside: { peer: 'jest-worker', seconds: jestWorker } },
    ],
    async measure({ open }) {
      const pool = await open(2);
      await warmUp(pool);
      await bringUpAll(pool);
      return { time: await seconds(() => checkedResults(pool, count, size)) };
    },
  };
}

async function checkedResults(pool: Pool, count: number, size: number): Promise<void> {
  const results = await pool.map(
    'bytes',
    numbers(count).map(() => size),
  );
  for (const result of results) {
    const right = result instanceof Uint8Array && result.length === size && result[0] === 7 && result[size - 1] === 7;
    if (!right) throw new Error('a result is not what was returned');
  }
}
