import type { LambdaSettings } from '../settings.ts';

/** What Lambda takes for the longest that an event may wait. */
const LEAST_AGE_SECONDS = 60;
const MOST_AGE_SECONDS = 21_600;
/** From when an event is taken up until its worker gives its first sign of life: a sandbox, and an image that may be large. */
const MARGIN_SECONDS = 60;

/** Seconds that an event may wait in Lambda before it is dropped. */
export function eventAge({ startTimeout }: Pick<LambdaSettings, 'startTimeout'>): number {
  return Math.min(MOST_AGE_SECONDS, Math.max(LEAST_AGE_SECONDS, startTimeout));
}

/** Seconds within which the worker of an event tells of itself, or never will. */
export function startSeconds(settings: Pick<LambdaSettings, 'startTimeout'>): number {
  return eventAge(settings) + MARGIN_SECONDS;
}
