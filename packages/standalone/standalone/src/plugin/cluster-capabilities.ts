import type { ComputeCapabilities } from '@lithops/core/plugin';

/** What a section says of the places for tasks. */
export interface ClusterPlaces {
  /** Machines that run tasks, at most. */
  readonly machines: number;
  /** On each machine; undefined where it is the machine's CPUs that count. */
  readonly workerProcesses?: number | undefined;
  /** Packages that are installed where tasks run. */
  readonly externals?: readonly string[] | undefined;
}

/** How many CPUs a machine is taken to have before it was asked; what is sent beyond them waits in the master's queue. */
const PROCESSES_GUESS = 16;

/** What every backend of machines can do. */
export function clusterCapabilities({ machines, workerProcesses, externals = [] }: ClusterPlaces): ComputeCapabilities {
  return {
    delivery: 'stream',
    maxWorkers: machines,
    concurrencyPerWorker: concurrencyOf(machines, workerProcesses),
    maxPayloadBytes: Number.POSITIVE_INFINITY,
    maxResultBytes: Number.POSITIVE_INFINITY,
    maxTaskSeconds: Number.POSITIVE_INFINITY,
    recall: true,
    logs: true,
    exitCauses: true,
    sharesFileSystem: false,
    sharesMachine: false,
    externals,
  };
}

/** As many as run are on their way besides, so that no process waits for the next to come; but for one process alone. */
function concurrencyOf(machines: number, processes: number | undefined): number {
  if (processes === undefined) return PROCESSES_GUESS;
  return machines * processes === 1 ? 1 : 2 * processes;
}
