import type { DockerConfig } from './config.ts';

/** How worker processes are spread over containers. */
export interface ContainerPlan {
  /** Worker processes at once, in all containers. */
  readonly workers: number;
  readonly processesPerContainer: number;
}

/** @param cpus Those of this machine. */
export function containerPlan({ workerProcesses, maxWorkers, cpus: limit }: DockerConfig, cpus: number): ContainerPlan {
  const usable = Math.max(1, Math.min(cpus, Math.ceil(limit ?? cpus)));
  const workers = maxWorkers ?? workerProcesses ?? usable;
  return { workers, processesPerContainer: Math.min(workers, workerProcesses ?? workers) };
}
