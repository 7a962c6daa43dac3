import { FunctionExecutor } from 'lithops';

await using fexec = new FunctionExecutor();

const SAMPLES = 4_000_000;
const TASKS = 40;

/** Points of a square that fall into its quarter circle; the seed makes the answer the same every time. */
function hits(seed: number): number {
  let state = seed * 2_654_435_761 + 1;
  const random = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    state ^= state >>> 13;
    return (state >>> 0) / 2 ** 32;
  };
  let inside = 0;
  for (let i = 0; i < SAMPLES / TASKS; i++) if (random() ** 2 + random() ** 2 < 1) inside++;
  return inside;
}

let done = 0;
let inside = 0;
for await (const future of fexec.map(
  hits,
  Array.from({ length: TASKS }, (_, i) => i + 1),
)) {
  inside += await future.result();
  done++;
  const estimate = (4 * inside) / ((SAMPLES / TASKS) * done);
  if (process.stdout.isTTY) process.stdout.write(`\r${done}/${TASKS}  pi is about ${estimate.toFixed(5)}`);
}

const pi = (4 * inside) / SAMPLES;
console.log(
  `${process.stdout.isTTY ? '\n' : ''}pi is about ${pi.toFixed(5)}, from ${SAMPLES} points in ${TASKS} tasks`,
);
if (Math.abs(pi - Math.PI) > 0.005) process.exitCode = 1;
