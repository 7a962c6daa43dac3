import { CancelledError, FunctionExecutor } from 'lithops';

await using fexec = new FunctionExecutor();

// A search that has no end: the first answer is enough, and the rest is stopped for real.
const search = (start: number): number => {
  for (let n = start; ; n += 8) if (n > 1_000_000 && n % 999_983 === 0) return n;
};

const controller = new AbortController();
const searches = fexec.map(search, [2, 4, 6, 999_983], { signal: controller.signal });

for await (const future of searches) {
  console.log(`the first answer: ${await future.result()}`);
  break;
}
controller.abort(new Error('one answer is enough'));

const [ended] = await searches.wait({ throwExcept: false });
const cancelled = Array.from(ended).filter((future) => future.error instanceof CancelledError);
console.log(`${cancelled.length} searches were cancelled`);

// The workers are there for the next task.
const next = await fexec.callAsync((n: number) => n * 2, 21).result();
console.log(`and the executor works on: ${next}`);
if (next !== 42 || cancelled.length + Array.from(ended).filter((future) => future.success).length !== 4)
  process.exitCode = 1;
