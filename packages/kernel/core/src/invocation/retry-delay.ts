const FIRST_MS = 100;
const MOST_MS = 10_000;

/**
 * How long to wait before repeating a failed attempt, in ms: exponential with full jitter, so that many calls that failed
 * together do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1)));
}
