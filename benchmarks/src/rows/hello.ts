import { POOLS, type Row } from '../row.ts';

export const hello: Row = {
  name: 'hello',
  title: 'hello from a cold script',
  others: [...POOLS, 'bare'],
  script: new URL('hello-script.mjs', import.meta.url),
  metrics: [{ name: 'time', unit: 'seconds', target: (others) => 1.3 * (others.get('piscina') ?? Number.NaN) }],
};
