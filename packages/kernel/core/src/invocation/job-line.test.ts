import { describe, expect, it } from 'vitest';
import type { Job } from '../job/job.ts';
import { JobLine } from './job-line.ts';

/** All of a job that the line looks at. */
function job(jobId: string, priority?: number): Job {
  return { jobId, options: priority === undefined ? {} : { priority } } as Job;
}

function drained(line: JobLine): string[] {
  const ids: string[] = [];
  for (let next = line.peek(); next !== undefined; next = line.peek()) {
    expect(line.shift()).toBe(next);
    ids.push(next.jobId);
  }
  expect(line.shift()).toBeUndefined();
  return ids;
}

describe('a line of jobs', () => {
  it('gives those of higher priority first, and equals in turn', () => {
    const line = new JobLine();
    for (const [id, priority] of [['a'], ['b', -1], ['c', 7], ['d'], ['e', 7], ['f', 3], ['g', -1]] as const)
      line.push(job(id, priority));
    expect(drained(line)).toEqual(['c', 'e', 'f', 'a', 'd', 'b', 'g']);
  });

  it('goes on when it was empty, with as many priorities as there are', () => {
    const line = new JobLine();
    line.push(job('first', 1));
    expect(drained(line)).toEqual(['first']);
    for (let priority = 1; priority <= 50; priority++) line.push(job(String(priority), priority));
    line.push(job('usual'));
    expect(line.shift()?.jobId).toBe('50');
    line.push(job('last', 51));
    expect(line.shift()?.jobId).toBe('last');
    expect(drained(line)).toEqual([...Array.from({ length: 49 }, (_, i) => String(49 - i)), 'usual']);
  });
});
