// Plain JavaScript: the memory is the client's, not that of a compiler of TypeScript beside it.
const ITEMS = 1_000_000;

const { open } = await import(`../participants/${process.argv[2]}.mjs`);
const pool = await open(2);
let sum = 0;
const startedAt = performance.now();
for await (const n of pool.stream('noop', count())) sum += n;
const time = (performance.now() - startedAt) / 1000;
if (sum !== (ITEMS * (ITEMS - 1)) / 2) throw new Error(`the sum is ${sum}`);
console.log(JSON.stringify({ time, memory: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);

function* count() {
  for (let n = 0; n < ITEMS; n++) yield n;
}
