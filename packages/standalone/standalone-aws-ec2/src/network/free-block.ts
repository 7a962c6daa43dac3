/** Of a subnet that is made: 4,091 machines, or as many as the VPC has room for. */
const WANTED_BITS = 20;
const LEAST_BITS = 28;

/** The first block of a VPC's addresses that none of these overlaps, as large as may be; undefined when it is full. */
export function freeBlock(vpc: string, taken: readonly string[]): string | undefined {
  const whole = rangeOf(vpc);
  const ranges = taken.map(rangeOf);
  for (let bits = Math.max(WANTED_BITS, whole.bits); bits <= LEAST_BITS; bits++) {
    const size = 2 ** (32 - bits);
    for (let first = whole.first; first + size - 1 <= whole.last; first += size)
      if (!ranges.some((range) => range.first <= first + size - 1 && first <= range.last))
        return `${textOf(first)}/${bits}`;
  }
  return undefined;
}

function rangeOf(block: string): { readonly first: number; readonly last: number; readonly bits: number } {
  const [address = '', length = '32'] = block.split('/');
  const bits = Number(length);
  const size = 2 ** (32 - bits);
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const first = number - (number % size);
  return { first, last: first + size - 1, bits };
}

function textOf(number: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(number / unit) % 256).join('.');
}
