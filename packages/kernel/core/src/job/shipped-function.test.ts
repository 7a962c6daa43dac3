import { expect, it } from 'vitest';
import { ShippedFunction } from './shipped-function.ts';

it('jobs begin with how long earlier calls of their function took, and then learn by themselves', () => {
  const fn = (n: number) => n;
  const [first, second] = [ShippedFunction.capture(fn), ShippedFunction.capture(fn)];
  first.typicalDuration = 5;
  expect(second.typicalDuration).toBeUndefined();
  second.typicalDuration = 60_000;
  expect(first.typicalDuration).toBe(5);
  expect(ShippedFunction.capture(fn).typicalDuration).toBe(60_000);
});

it('jobs of a function that closes over nothing share its module', async () => {
  const fn = (n: number) => n;
  const linking = { linkPackages: 'resolve', externals: [] } as const;
  const built = await ShippedFunction.capture(fn).module(linking);
  expect(ShippedFunction.capture(fn).module(linking)).toBe(built);
});
