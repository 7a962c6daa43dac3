import { describe, expect, it } from 'vitest';
import type { Job } from '../job/job.ts';
import { JobLine } from './job-line.ts';

/** All of a job that the line looks at. */
function job(jobId: string, priority?: number, calls = 1): Job {
  const ready = { peek: () => (calls > 0 ? {} : undefined) };
  return { jobId, ready, inLine: false, options: priority === undefined ? {} : { priority } } as unknown as Job;
}

function drained(line: JobLine): string[] {
  const ids: string[] = [];
  for (let next = line.shift(); next !== undefined; next = line.shift()) {
    expect(next.inLine).toBe(false);
    ids.push(next.jobId);
  }
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

  it('has each job once, until it is taken', () => {
    const line = new JobLine();
    const twice = job('twice');
    line.push(twice);
    line.push(job('other'));
    line.push(twice);
    expect(line.shift()).toBe(twice);
    line.push(twice);
    expect(drained(line)).toEqual(['other', 'twice']);
  });

  it('lets go of jobs without ready calls when it is asked for others', () => {
    const line = new JobLine();
    const [done, waiting] = [job('done', 1, 0), job('waiting')];
    line.push(done);
    line.push(waiting);
    expect(line.anyReady()).toBe(true);
    expect(done.inLine).toBe(false);
    expect(drained(line)).toEqual(['waiting']);
    expect(line.anyReady()).toBe(false);
  });
});
