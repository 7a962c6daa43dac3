// What every peer runs; ours is given the same functions.
export const noop = (n) => n;
export const bytes = (size) => new Uint8Array(size).fill(7);
export function spin(iterations) {
  let state = 1;
  for (let i = 0; i < iterations; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state;
}
export const lengthOf = (data) => data.length;
