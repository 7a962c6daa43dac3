import { FunctionExecutor } from 'lithops';

await using fexec = new FunctionExecutor();

const COUNT = 1_000_000;

/** A source that is never held in memory: items are made as workers take them. */
function* numbers(): Generator<number> {
  for (let n = 1; n <= COUNT; n++) yield n;
}

const startedAt = performance.now();
let sum = 0;
for await (const square of fexec.mapStream((n: number) => n * n, numbers())) sum += square;
const seconds = (performance.now() - startedAt) / 1000;

const memory = process.resourceUsage().maxRSS / 1024;
console.log(
  `${COUNT} items in ${seconds.toFixed(1)} s: ${Math.round(COUNT / seconds)} a second, with at most ${memory.toFixed(0)} MB in this process`,
);

const expected = (COUNT * (COUNT + 1) * (2 * COUNT + 1)) / 6;
if (Math.abs(sum / expected - 1) > 1e-9) process.exitCode = 1;
