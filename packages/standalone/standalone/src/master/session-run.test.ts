import type { RemoteRun } from '@lithops/worker/remote';
import { describe, expect, it } from 'vitest';
import { SessionRun } from './session-run.ts';

const invocation = {
  id: 'i',
  executorId: 'e',
  jobId: 'j',
  attempt: 1,
  module: 'm',
  calls: [0, 1, 2],
  items: new Uint8Array(),
  passContext: false,
};

function runAt(call: () => number | undefined): SessionRun {
  const run = new SessionRun(1, invocation);
  const remote: RemoteRun = {
    recall: () => {},
    running: call,
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
  };
  run.started(remote);
  return run;
}

describe('the call that runs', () => {
  it('is told once', () => {
    let call = 0;
    const run = runAt(() => call);
    expect([run.runningNow(), run.runningNow()]).toEqual([0, undefined]);
    call = 1;
    expect([run.runningNow(), run.runningNow()]).toEqual([1, undefined]);
  });

  it('is told anew after a recall, though it is the same: the client waits for it before it takes calls back', () => {
    const run = runAt(() => 1);
    expect(run.runningNow()).toBe(1);
    run.recall([2]);
    expect([run.runningNow(), run.runningNow()]).toEqual([1, undefined]);
  });
});
