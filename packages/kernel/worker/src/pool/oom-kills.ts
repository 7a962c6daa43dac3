import { readFileSync } from 'node:fs';

/** How many processes of this container the kernel has killed for memory so far, where it tells (cgroup v2 and v1). */
export function countOomKills(): number {
  for (const file of ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control']) {
    try {
      const match = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'));
      if (match?.[1] !== undefined) return Number(match[1]);
    } catch {
      // Not this kind of system.
    }
  }
  return 0;
}
