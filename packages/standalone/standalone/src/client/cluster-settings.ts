import type { NodeSource } from '../bootstrap/install-node.ts';
import type { ContainerSettings } from '../protocol/container-environment.ts';
import type { MasterSettings } from '../protocol/master-api.ts';
import type { SshConnection } from '../ssh/ssh-connection.ts';
import type { SshTarget } from '../ssh/ssh-target.ts';

/** A cluster of machines that are there, and what tasks run in. */
export interface ClusterSettings extends ClusterService {
  readonly master: SshTarget;
  /** Opens a connection to the master's machine, which may have to be started. Default: to `master`. */
  readonly openMaster?: () => Promise<SshConnection>;
  /** The same, where it is at work already; nothing is started for it. Default: `openMaster`. */
  readonly lookForMaster?: () => Promise<SshConnection | undefined>;
  /** Reached through the master, from which they have to be reachable. None: the master runs the tasks itself. */
  readonly workers: readonly Omit<SshTarget, 'tunnel'>[];
}

/** A cluster whose machines come and go. */
export interface PoolSettings extends ClusterService {
  readonly pool: string;
  /** Opens a connection to the master's machine, which is found, or made. */
  readonly openMaster: () => Promise<SshConnection>;
  /** The same, where it is at work already; nothing is made or started for it. */
  readonly lookForMaster: () => Promise<SshConnection | undefined>;
}

/** What is the same on all machines. */
export interface ClusterService {
  /** Our folder on each machine: absolute, or below the user's home. */
  readonly folder: string;
  readonly node: NodeSource;
  /** Worker processes on each machine. Default: its CPUs. */
  readonly processes?: number;
  /** MB. */
  readonly heapMegabytes?: number;
  /** Tasks run in containers. Default: in processes of the machine itself. */
  readonly container?: ContainerSettings;
  /** How long a machine may take until it can be worked on. */
  readonly startTimeoutMs: number;
  readonly service: Omit<MasterSettings, 'version'>;
}
