import { describe, expect, it } from 'vitest';
import type { Call } from '../future/call.ts';
import type { Job } from '../job/job.ts';
import { Attempt } from './attempt.ts';
import { Attempts } from './attempts.ts';

/** All of a call that attempts look at. */
function calls(...numbers: readonly number[]): Call[] {
  return numbers.map((index) => ({ index }) as Call);
}

function attempt(...numbers: readonly number[]): Attempt {
  return new Attempt({} as Job, calls(...numbers));
}

describe('an attempt', () => {
  it.each([
    ['in sequence', [7, 8, 9]],
    ['with gaps', [2, 7, 9]],
    ['in another order', [9, 2, 7]],
  ])('answers each of its calls once: numbers %s', (_, numbers) => {
    const own = attempt(...numbers);
    expect(own.size).toBe(3);
    expect(own.answered(7)?.index).toBe(7);
    expect(own.answered(7)).toBeUndefined();
    expect(own.expected(7)).toBeUndefined();
    expect(own.expected(9)?.index).toBe(9);
    expect(own.size).toBe(2);
    expect(own.unanswered().map(({ index }) => index)).toEqual(numbers.filter((n) => n !== 7));
  });

  it.each([-1, 0, 1, 6, 10, 1e6])('has no call of a number that is not its own: %i', (number) => {
    const own = attempt(7, 8, 9);
    expect(own.answered(number)).toBeUndefined();
    expect(own.size).toBe(3);
  });

  it('tells those that come after the one that runs', () => {
    const own = attempt(9, 2, 7, 4);
    own.answered(7);
    expect(own.behind(2)).toEqual([4]);
  });
});

describe('attempts in flight', () => {
  it('are those that were added and not deleted', () => {
    const all = new Attempts();
    const [a, b, c] = [attempt(1), attempt(2), attempt(3)];
    for (const each of [a, b, c]) all.add(each);
    all.delete(a);
    all.delete(a);
    expect(new Set(all.all)).toEqual(new Set([b, c]));
    all.delete(c);
    all.delete(b);
    expect(all.size).toBe(0);
  });
});
