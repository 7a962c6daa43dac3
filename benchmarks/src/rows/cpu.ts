import { bringUpAll, numbers, POOLS, type Row, seconds, warmUp } from '../row.ts';

const STEPS = 3e8;

export const cpu: Row = {
  name: 'cpu-8',
  title: '8 CPU tasks on 2 CPUs',
  others: [...POOLS, 'bare'],
  // 0.97 of the ideal, which is what bare processes take in the same run.
  metrics: [{ name: 'time', unit: 'seconds', target: (others) => (others.get('bare') ?? Number.NaN) / 0.97 }],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    await bringUpAll(pool);
    const time = await seconds(() =>
      pool.map(
        'spin',
        numbers(8).map(() => STEPS),
      ),
    );
    return { time };
  },
};
