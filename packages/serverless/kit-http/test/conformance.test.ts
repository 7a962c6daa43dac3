import { readdirSync, readFileSync } from 'node:fs';
import type { ComputePlugin } from '@lithops/core/plugin';
import { eventually } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/vitest';
import { expect, it } from 'vitest';
import httpCompute from './http-compute.ts';

// All that is started from here has it, and what that starts.
const MARK = `LITHOPS_TEST_MARK=${crypto.randomUUID()}`;
process.env['LITHOPS_TEST_MARK'] = MARK.split('=')[1];

testComputePlugin({
  plugin: httpCompute as ComputePlugin,
  executor: { config: { lithops: { plugins: ['./packages/serverless/kit-http/test/http-compute.ts'] } } },
});

it('leaves no process, of executors inside tasks neither', async () => {
  await eventually(() => expect(markedProcesses()).toEqual([]), 20_000);
}, 30_000);

function markedProcesses(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const isMarked = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(MARK);
      return isMarked && Number(pid) !== process.pid
        ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')]
        : [];
    } catch {
      return []; // no process, or one that has ended meanwhile
    }
  });
}
