import type { CallRecord } from '@lithops/core';
import { sampleRun } from './sample-run.ts';

/** The runs that plots in the documentation are of. */
export const docRuns = {
  fewCalls: () =>
    sampleRun([{ name: 'resizeImage', calls: 12, workers: 4, typicalMs: 900, retried: 120, failing: 60 }]),
  manyCalls: () =>
    sampleRun([
      { name: 'simulate', calls: 70_000, workers: 1000, typicalMs: 900, retried: 0.6, failing: 0.2 },
      { name: 'render', calls: 30_000, workers: 500, typicalMs: 1600, at: 15_000, retried: 0.6 },
    ]),
} satisfies Record<string, () => CallRecord[]>;
