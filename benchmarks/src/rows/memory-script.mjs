// Plain JavaScript: the memory is the client's, not that of a compiler of TypeScript beside it.
import { readFileSync } from 'node:fs';

const [, , participant, tasks] = process.argv;
const { open } = await import(`../participants/${participant}.mjs`);
const pool = await open(2);
await pool.map(
  'noop',
  Array.from({ length: Number(tasks) }, (_, i) => i),
);
const workers = childPeaks();
const worker = workers.length > 0 ? Math.max(...workers) : undefined; // not told
console.log(JSON.stringify({ client: process.resourceUsage().maxRSS / 1024, worker }));
process.exit(0);

/** Peaks in MB of the Node processes that this one has started, where the system tells. */
function childPeaks() {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.flatMap((pid) => {
    const status = pid === '' ? '' : readFileSync(`/proc/${pid}/status`, 'utf8');
    const isNode = /^Name:\s+(?:node|MainThread)$/m.test(status);
    const peak = isNode ? /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] : undefined;
    return peak === undefined ? [] : [Number(peak) / 1024];
  });
}
