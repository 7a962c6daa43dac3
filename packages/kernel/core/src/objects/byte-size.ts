/** Bytes, or a number with its unit: `'64MB'` (a million bytes each), `'1GiB'` (1024^3). */
export type ByteSize = number | string;

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A size in whole bytes, 1 or more. @throws RangeError naming the option. */
export function parseByteSize(value: ByteSize, name: string): number {
  const [, amount, unit = 'b'] =
    typeof value === 'string' ? (/^\s*(\d+(?:\.\d+)?)\s*([a-z]+)?\s*$/i.exec(value) ?? []) : ['', String(value)];
  const bytes = Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (Number.isSafeInteger(bytes) && bytes >= 1 && (typeof value === 'string' || bytes === value)) return bytes;
  throw new RangeError(
    `${name} is a number of bytes from 1, or a text like '64MB' or '1GiB'; not ${JSON.stringify(value) ?? String(value)}`,
  );
}
