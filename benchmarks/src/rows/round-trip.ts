import { POOLS, type Row, seconds, warmUp } from '../row.ts';

/** In a process of some tenths of a second much code is not compiled yet, and a pool's threads often share one processor. */
const YOUNG = { after: 1000, calls: 1000 };
/** By now both have settled. */
const WARM = { after: 20_000, calls: 5000 };

export const roundTrip: Row = {
  name: 'round-trip',
  title: 'round trip, in sequence',
  others: [...POOLS, 'bare'],
  metrics: [
    { name: 'young', title: 'calls 1,001 to 2,000', unit: 'seconds' },
    {
      name: 'warm',
      title: 'warm, calls 20,001 to 25,000',
      unit: 'seconds',
      target: (others) => 1.5 * (others.get('piscina') ?? Number.NaN),
    },
  ],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    const inSequence = async (calls: number) => {
      for (let i = 0; i < calls; i++) await pool.run('noop', i);
    };
    await inSequence(YOUNG.after);
    const young = (await seconds(() => inSequence(YOUNG.calls))) / YOUNG.calls;
    await inSequence(WARM.after - YOUNG.after - YOUNG.calls);
    const warm = (await seconds(() => inSequence(WARM.calls))) / WARM.calls;
    return { young, warm };
  },
};
