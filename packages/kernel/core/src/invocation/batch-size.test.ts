import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchSize } from './batch-size.ts';

const job = (typicalDuration: number | undefined, ready: number, chunksize?: number, typicalResultBytes?: number) => ({
  typicalDuration,
  typicalResultBytes,
  ready: { length: ready },
  options: chunksize === undefined ? {} : { chunksize },
});

it('calls of which nothing is known travel alone', () => {
  expect(batchSize(job(undefined, 1000), 4)).toBe(1);
});

it('calls are shared out evenly where they are worth it', () => {
  expect(batchSize(job(0.5, 16), 8)).toBe(2);
  expect(batchSize(job(100, 16), 4)).toBe(1);
});

it('a hundred tiny calls are not worth a second worker', () => {
  expect(batchSize(job(0.002, 100), 2)).toBeGreaterThanOrEqual(100);
});

it('no more results are asked for at once than are easily held', () => {
  expect(batchSize(job(0.002, 10_000, undefined, 100_000), 2)).toBe(83);
  expect(batchSize(job(0.002, 10_000, undefined, 50 * 1024 ** 2), 2)).toBe(1);
});

it('a chunk size that was asked for is kept', () => {
  expect(batchSize(job(0.002, 100, 7), 2)).toBe(7);
});

it('never holds more than some ms of work, unless a single call does', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.nat(1e6), fc.nat(1000), (typical, ready, sharers) => {
      const size = batchSize(job(typical, ready), sharers);
      expect(size).toBeGreaterThanOrEqual(1);
      expect(size === 1 || size * typical <= 4).toBe(true);
    }),
  );
});
