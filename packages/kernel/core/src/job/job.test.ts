import { expect, it } from 'vitest';
import { Invoker } from '../invocation/invoker.ts';
import { Job } from './job.ts';
import { OpenJobs } from './open-jobs.ts';
import { StoredFunction } from './stored-function.ts';

/** A job like those of an executor without observers. */
function newJob(jobId: string): Job {
  const fn = new StoredFunction('double', [], () => Promise.reject(new Error('no worker is there to ask for it')));
  const reach = {
    setup: undefined,
    linking: { linkPackages: 'resolve', externals: [] },
    hasStorage: false,
    prepare: () => undefined,
  } as const;
  const parts = { extraArgs: undefined, passContext: false, reach, showsProgress: true };
  const options = { retries: 0, retryOn: () => false, ownRetryRule: false };
  return new Job({ executorId: 'e', jobId }, fn, parts, options, new Invoker(new OpenJobs()));
}

it('is shown with the jobs whose results its calls take until it is over, and keeps them no longer', () => {
  const [first, second, third] = [newJob('M000'), newJob('M001'), newJob('M002')];
  const inputs = [first.add(1), first.add(2), second.add(3)];
  const call = third.addWaiting();
  third.addInputs(call, true, inputs);
  expect([...third.inputs]).toEqual([first, second]);
  third.provide(call, [2, 4, 6]);
  expect([...third.inputs]).toEqual([first, second]);
  call.fail(new Error('as most do not'), 'error');
  expect([...third.inputs]).toEqual([]);
});
