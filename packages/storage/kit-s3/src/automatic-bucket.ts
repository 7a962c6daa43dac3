/** The bucket for who names none: made on first use. */
export interface AutomaticBucket {
  readonly name: string;
  /** Account that must own it: anybody can guess the name and take it. Absent where names are not shared by accounts. */
  readonly owner?: string;
}

/** Buckets that this project makes by itself are called so. */
export const AUTOMATIC_PREFIX = 'lithops-';

const LONGEST_NAME = 63;

/** `lithops-<place>-<whose>` with what a bucket's name may hold; `whose` is kept whole. */
export function bucketNameOf(place: string, whose: string): string {
  const end = plain(whose);
  const room = LONGEST_NAME - AUTOMATIC_PREFIX.length - end.length - 1;
  return `${AUTOMATIC_PREFIX}${plain(plain(place).slice(0, room))}-${end}`;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
