import { FunctionExecutor, WorkerLostError } from '@lithops/core';
import { expect, it } from 'vitest';
import localhost from '../src/index.ts';

const MIB = 2 ** 20;

it('results that are read in the background come whole, with all around them, though their worker dies right after', async () => {
  await using fexec = new FunctionExecutor({
    backend: { plugin: localhost, config: { workerProcesses: 1 } },
    logLevel: 'silent',
  });
  // One job on one process: the calls ride together, and the last takes the process down.
  const futures = fexec.map(
    (size: number, { id }: { id: number }) => {
      if (size < 0) process.exit(7);
      return size === 0 ? id : new Uint8Array(size).fill(id);
    },
    [0, 9 * MIB, 0, 5 * MIB, 6 * MIB, 0, -1],
  );
  const outcomes = await Promise.allSettled([...futures].map((future) => future.result()));
  const seen = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') return outcome.reason instanceof WorkerLostError ? 'lost' : outcome.reason;
    const { value } = outcome;
    return typeof value === 'number' ? value : `${value.length / MIB} MiB of ${[...new Set(value)].join()}`;
  });
  expect(seen).toEqual([0, '9 MiB of 1', 2, '5 MiB of 3', '6 MiB of 4', 5, 'lost']);
});
