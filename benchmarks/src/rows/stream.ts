import type { Row } from '../row.ts';

export const stream: Row = {
  name: 'stream-1000000',
  title: '1,000,000 no-ops by mapStream',
  others: [],
  script: new URL('stream-script.mjs', import.meta.url),
  metrics: [
    { name: 'time', unit: 'seconds', target: () => 1_000_000 / 200_000 },
    { name: 'memory', title: 'client memory', unit: 'megabytes', target: () => 250 },
  ],
};
