import { numbers, type Row, seconds, warmUp } from '../row.ts';

const COUNTS = [1, 10, 100, 1000, 10_000];
const REPETITIONS = 5;

/** What a future costs in a job of so many: it is to grow no faster than their number. */
export const growth: Row = {
  name: 'growth',
  title: 'a job of 1 to 10,000 futures',
  others: ['piscina'],
  metrics: [
    ...COUNTS.map((count) => ({ name: `time-${count}`, title: `${count}`, unit: 'seconds' as const })),
    { name: 'ratio', title: '10,000 / (10 x 1,000)', unit: 'times', target: () => 1.25 },
  ],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    await pool.map('noop', numbers(10_000));
    const times = new Map<number, number>();
    for (const count of COUNTS) {
      const samples: number[] = [];
      for (let i = 0; i < REPETITIONS; i++) samples.push(await seconds(() => pool.map('noop', numbers(count))));
      times.set(count, samples.toSorted((a, b) => a - b)[Math.floor(REPETITIONS / 2)] ?? Number.NaN);
    }
    const ratio = (times.get(10_000) ?? Number.NaN) / (10 * (times.get(1000) ?? Number.NaN));
    return { ...Object.fromEntries([...times].map(([count, time]) => [`time-${count}`, time])), ratio };
  },
};
