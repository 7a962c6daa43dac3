/** As far as queues of masters tell them apart. */
export const MOST_PRIORITY = 1_000_000;

/** For messages. */
export const PRIORITY_RULE = `priority is a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}`;

export function isPriority(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MOST_PRIORITY;
}
