const ORIGIN = performance.timeOrigin;

/** Now, in ms since the epoch; finer than `Date.now()`, and it never goes back. */
export function epochMs(): number {
  return ORIGIN + performance.now();
}
