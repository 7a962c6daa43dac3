import type { Check } from '../check.ts';

/** What one file of tests did; files are named from the root of the repository, times are in ms since the epoch. */
export type TestEvent =
  | { readonly event: 'begun'; readonly file: string; readonly at: number }
  | { readonly event: 'checked'; readonly file: string; readonly at: number; readonly check: Check }
  | { readonly event: 'ended'; readonly file: string; readonly at: number };
