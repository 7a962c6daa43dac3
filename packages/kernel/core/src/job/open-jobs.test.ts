import { expect, it } from 'vitest';
import { NumberedItems } from '../collections/numbered-items.ts';
import type { Call } from '../future/call.ts';
import type { Job } from './job.ts';
import { OpenJobs } from './open-jobs.ts';

/** All of a job that is looked at; without calls until it gets one. */
function emptyJob(): Job {
  return { open: new NumberedItems<Call>(), filling: false } as Job;
}

it('keeps jobs that were added without calls, however many are done', () => {
  const open = new OpenJobs();
  const kept: Job[] = [];
  for (let i = 0; i < 200; i++) {
    const job = emptyJob();
    open.add(job);
    job.open.add(0, { index: 0 } as Call);
    if (i % 10 === 0) kept.push(job);
    else job.open.delete(0);
  }
  expect(open.unfinished()).toEqual(kept);
});

it('keeps a job that a source still fills', () => {
  const open = new OpenJobs();
  const job = { ...emptyJob(), filling: true } as Job;
  open.add(job);
  expect(open.unfinished()).toEqual([job]);
  job.filling = false;
  expect(open.unfinished()).toEqual([]);
});
