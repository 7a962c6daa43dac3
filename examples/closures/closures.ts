import { FunctionExecutor } from 'lithops';
import { countPrimes } from './primes.ts';

await using fexec = new FunctionExecutor();

// The function closes over a constant, an imported helper (which calls another one), and a class.
class Range {
  readonly from: number;
  readonly to: number;
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }
  toString(): string {
    return `${this.from}..${this.to}`;
  }
}

const step = 250_000;
const ranges = Array.from({ length: 8 }, (_, i) => new Range(i * step, (i + 1) * step));
const counts = await fexec
  .map((range: Range) => ({ range, primes: countPrimes(range.from, range.to) }), ranges)
  .result();

for (const { range, primes } of counts) console.log(`${String(range).padStart(18)}  ${primes} primes`);

// Results are instances of the same class again.
const total = counts.reduce((sum, { primes }) => sum + primes, 0);
console.log(`${total} primes below ${step * ranges.length}`);
if (total !== 148_933 || !counts.every(({ range }) => range instanceof Range)) process.exitCode = 1;
