import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** CPUs that this process may use: its affinity and the quota of its container, at least 1. */
export function availableCpus(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cgroupQuota())));
}

/** CPUs granted by the container's quota (cgroup v2, then v1); Infinity without one. */
function cgroupQuota(): number {
  const v2 = read('/sys/fs/cgroup/cpu.max')?.split(' ');
  if (v2 !== undefined) return ratio(v2[0], v2[1]);
  return ratio(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'), read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
}

function ratio(quota: string | undefined, period: string | undefined): number {
  const cpus = Number(quota) / Number(period);
  return cpus > 0 ? cpus : Number.POSITIVE_INFINITY;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
