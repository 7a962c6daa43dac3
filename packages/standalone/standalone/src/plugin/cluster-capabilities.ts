import type { ComputeCapabilities } from '@lithops/core/plugin';

/** What a section says of the places for tasks. */
export interface ClusterPlaces {
  /** Machines that run tasks, at most. */
  readonly machines: number;
  /** Whether the machines are the executor's own, or may be more than it asks for, of a pool that it shares with others. */
  readonly use: 'own' | 'shared';
  /** On each machine; undefined where it is the machine's CPUs that count. */
  readonly workerProcesses?: number | undefined;
  /** Packages that are installed where tasks run. */
  readonly externals?: readonly string[] | undefined;
}

/** What a section says where machines are made for the work that there is. */
export interface MadeMachines extends Pick<ClusterPlaces, 'workerProcesses' | 'externals'> {
  readonly execMode?: 'reuse' | 'create' | 'consume' | undefined;
  /** Machines that are made at most. */
  readonly maxWorkers?: number | undefined;
}

/** As Python's Lithops has it. */
const DEFAULT_MACHINES = 100;

/** How many CPUs a machine is taken to have before it was asked; what is sent beyond them waits in the master's queue. */
const PROCESSES_GUESS = 16;

/** What a backend can do that makes its machines: a pool of them, those of an executor, or the one that is there. */
export function madeMachinesCapabilities({
  execMode = 'reuse',
  maxWorkers = DEFAULT_MACHINES,
  workerProcesses,
  externals,
}: MadeMachines): ComputeCapabilities {
  return clusterCapabilities({
    machines: execMode === 'consume' ? 1 : maxWorkers,
    use: execMode === 'reuse' ? 'shared' : 'own',
    workerProcesses,
    externals,
  });
}

/** What every backend of machines can do. */
export function clusterCapabilities({
  machines,
  use,
  workerProcesses,
  externals = [],
}: ClusterPlaces): ComputeCapabilities {
  return {
    delivery: 'stream',
    maxWorkers: machines,
    concurrencyPerWorker: concurrencyOf(machines, use, workerProcesses),
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

/**
 * On own machines as many as run are on their way besides, so that no process waits for the next to come; but for one process
 * alone. In a pool, where there may be a process for each of those, only as many as may run at once.
 */
function concurrencyOf(machines: number, use: ClusterPlaces['use'], processes: number | undefined): number {
  if (processes === undefined) return PROCESSES_GUESS;
  return use === 'shared' || machines * processes === 1 ? processes : 2 * processes;
}
