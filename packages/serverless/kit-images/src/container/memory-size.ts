const UNITS = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes of a size as Docker writes it (`512m`, `2g`), or of a number of MB; undefined for anything else. */
export function memoryBytes(size: number | string): number | undefined {
  if (typeof size === 'number') return size > 0 ? Math.floor(size * 2 ** 20) : undefined;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(size.trim()) ?? [];
  if (amount === undefined) return undefined;
  return Math.floor(Number(amount) * UNITS[unit.toLowerCase() as keyof typeof UNITS]); // one of them, by the expression
}
