import { POOLS, type Row, seconds, warmUp } from '../row.ts';

const CALLS = 1000;

export const roundTrip: Row = {
  name: 'round-trip',
  title: 'warm round trip, in sequence',
  others: [...POOLS, 'bare'],
  metrics: [{ name: 'time', unit: 'seconds', target: (others) => 1.5 * (others.get('piscina') ?? Number.NaN) }],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    const inSequence = async (calls: number) => {
      for (let i = 0; i < calls; i++) await pool.run('noop', i);
    };
    await inSequence(CALLS);
    return { time: (await seconds(() => inSequence(CALLS))) / CALLS };
  },
};
