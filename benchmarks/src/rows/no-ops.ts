import { bestPool, numbers, POOLS, type Row, seconds, warmUp } from '../row.ts';

export const noOps100Warm: Row = {
  name: 'no-ops-100-warm',
  title: '100 no-ops, warm',
  others: [...POOLS, 'bare'],
  metrics: [{ name: 'time', unit: 'seconds', target: bestPool }],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    return { time: await seconds(() => pool.map('noop', numbers(100))) };
  },
};

export const noOps5000Cold: Row = {
  name: 'no-ops-5000-cold',
  title: '5,000 no-ops, cold',
  others: [...POOLS, 'bare'],
  metrics: [{ name: 'time', unit: 'seconds', target: bestPool }],
  async measure({ open }) {
    return { time: await seconds(async () => (await open(2)).map('noop', numbers(5000))) };
  },
};

export const noOps5000Warm: Row = {
  name: 'no-ops-5000-warm',
  title: '5,000 no-ops, warm',
  others: [...POOLS, 'bare'],
  // 10 us a task, and half of the best peer.
  metrics: [
    {
      name: 'time',
      unit: 'seconds',
      target: (others) => Math.min(0.05, bestPool(others) / 2),
      setBeside: { peer: 'poolifier', seconds: 0.105 },
    },
  ],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    await pool.map('noop', numbers(5000));
    return { time: await seconds(() => pool.map('noop', numbers(5000))) };
  },
};
