import { execFile } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { fittingProcesses } from './fitting-processes.ts';

const MB = 1024 * 1024;

it.each([
  [0, 1],
  [128, 1],
  [256, 1],
  [512, 3],
  [2048, 15],
])('in %i MB there is room for %i', (megabytes, processes) => {
  expect(fittingProcesses(megabytes * MB)).toBe(processes);
});

it('counts with the limit of a control group', async () => {
  const group = `/sys/fs/cgroup/memory/lithops-fitting-${process.pid}`;
  mkdirSync(group);
  try {
    writeFileSync(`${group}/memory.limit_in_bytes`, String(400 * MB));
    const module = new URL('./fitting-processes.ts', import.meta.url).href;
    const program = `console.log((await import('${module}')).fittingProcesses())`;
    const inGroup = `echo $$ > ${group}/cgroup.procs && exec "$0" --input-type=module -e "$1"`;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', inGroup, process.execPath, program]);
    expect(stdout.trim()).toBe('2');
  } finally {
    rmdirSync(group);
  }
});
