import { numbers, type Row, seconds, warmUp } from '../row.ts';

const CALLS = 50;

/** Work that outlives a crash of the machine: with `durable: true`, beside the writes and syncs that this takes at the least. */
export const durable: Row = {
  name: 'durable',
  title: 'durable',
  others: ['bare'],
  metrics: [
    { name: 'call', title: 'warm call, in sequence', unit: 'seconds', target: () => 0.005 },
    { name: 'hundred', title: '100 no-ops, warm', unit: 'seconds', target: () => 0.1 },
    { name: 'thousands', title: '5,000 no-ops, warm', unit: 'seconds', target: () => 1 },
  ],
  async measure({ open }) {
    const pool = await open(2);
    await warmUp(pool);
    const map = async (count: number) => pool.durable?.('noop', numbers(count));
    const calls = async () => {
      for (let i = 0; i < CALLS; i++) await map(1);
    };
    await calls();
    await map(5000);
    return {
      call: (await seconds(calls)) / CALLS,
      hundred: await seconds(() => map(100)),
      thousands: await seconds(() => map(5000)),
    };
  },
};
