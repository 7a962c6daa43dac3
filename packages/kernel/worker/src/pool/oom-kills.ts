import { readFileSync } from 'node:fs';

const OF_CONTAINER = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];
/** Of the whole machine, which only a function of Lambda has for itself. */
const OF_MACHINE = '/proc/vmstat';

/** How many processes of this container the kernel has killed for memory so far, where it tells (cgroup v2 and v1, Lambda). */
export function countOomKills(): number {
  const files = process.env['AWS_LAMBDA_FUNCTION_NAME'] === undefined ? OF_CONTAINER : [...OF_CONTAINER, OF_MACHINE];
  for (const file of files) {
    try {
      const match = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'));
      if (match?.[1] !== undefined) return Number(match[1]);
    } catch {
      // Not this kind of system.
    }
  }
  return 0;
}
