/** What an axis of time counts in. */
export interface TimeUnit {
  /** `s` */
  readonly symbol: string;
  readonly name: string;
  /** ms that one of it takes. */
  readonly ms: number;
}

/** Each with the ms from which on it is used. */
const UNITS: readonly (TimeUnit & { readonly from: number })[] = [
  { symbol: 'h', name: 'hours', ms: 3_600_000, from: 10_800_000 },
  { symbol: 'min', name: 'minutes', ms: 60_000, from: 300_000 },
  { symbol: 's', name: 'seconds', ms: 1000, from: 1000 },
];
const MILLISECONDS: TimeUnit = { symbol: 'ms', name: 'milliseconds', ms: 1 };

/** The unit in which a span is a number that people read easily. */
export function timeUnitOf(spanMs: number): TimeUnit {
  return UNITS.find(({ from }) => spanMs >= from) ?? MILLISECONDS;
}

/** `12.4 s` */
export function durationText(spanMs: number): string {
  const { ms, symbol } = timeUnitOf(spanMs);
  const value = spanMs / ms;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits })} ${symbol}`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
