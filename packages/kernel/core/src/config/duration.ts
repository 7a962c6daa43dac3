import { ConfigError } from '../errors/config-error.ts';

/** Seconds, or a number with its unit: `'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in ms. @throws ConfigError naming the option. */
export function durationMs(value: Duration, name: string): number {
  const [, amount, unit = 's'] =
    typeof value === 'string' ? (/^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/.exec(value) ?? []) : ['', String(value)];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw new ConfigError(
    `${name} is a time in seconds, or a text like '30s', '5m' or '2h'; not ${JSON.stringify(value) ?? String(value)}`,
  );
}
