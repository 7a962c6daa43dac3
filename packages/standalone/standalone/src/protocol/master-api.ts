/** What the master's HTTP API on its loopback address speaks; a client reaches it through its SSH connection only. */

/** Name of the protocol that a connection for a session is upgraded to: the frames of `@lithops/worker/protocol`. */
export const SESSION_PROTOCOL = 'lithops-session';

/** Headers of the request for it, and of its answer. */
export const SESSION_HEADERS = {
  /** Name of the session, made by its client. */
  id: 'lithops-session',
  executor: 'lithops-executor',
  /** How many replies of the session its client has. */
  received: 'lithops-received',
  /** {@link WorkerEnvironment} as JSON. */
  environment: 'lithops-environment',
  /** In the answer: `yes` when the master knows the session, and gives its replies from there. */
  resumed: 'lithops-resumed',
  /** In the answer: a text for the client, encoded as part of a URL: what has become of its work while it was away. */
  notice: 'lithops-notice',
} as const;

export const API_PATHS = {
  status: '/v1/status',
  machines: '/v1/machines',
  session: '/v1/session',
  sessions: '/v1/sessions',
  jobs: '/v1/jobs',
  logs: '/v1/logs',
  stop: '/v1/stop',
} as const;

/** What a session's tasks run in. Sessions with the same one share worker processes, and their queue. */
export interface WorkerEnvironment {
  /** Which of the installed workers. */
  readonly release: string;
  /** Worker processes on each machine; absent: as many as it has CPUs. */
  readonly processes?: number;
  /** MB of heap for each. */
  readonly heapMegabytes?: number;
  /** Names of the machines that it may use, or of the pool that all of its machines are of. */
  readonly machines: readonly string[] | { readonly pool: string };
  /** Name of the containers' environment that they are prepared for; absent: processes of the machine itself. */
  readonly container?: string;
}

/** Whether an environment may use a machine. */
export function isOf({ machines, container }: WorkerEnvironment, spec: MachineSpec): boolean {
  if (container !== undefined && spec.containers?.includes(container) !== true) return false;
  return 'pool' in machines ? machines.pool === spec.pool : machines.includes(spec.name);
}

/** A machine that tasks run on. */
export interface MachineSpec {
  readonly name: string;
  /** Of virtual machines that come and go: those that are alike. */
  readonly pool?: string;
  /** Absent: the master's own. */
  readonly ssh?: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    /** Base64 of the key that the client has verified. */
    readonly hostKey: string;
  };
  readonly cpus: number;
  /** The worker that was last installed there. */
  readonly release: string;
  /** Command that starts a worker there; the key that the master has runs no other. */
  readonly start: string;
  /** Environments of containers that it was prepared for. */
  readonly containers?: readonly string[];
}

export interface MachineStatus {
  readonly name: string;
  readonly state: 'connecting' | 'ready' | 'lost';
  /** Why it is not ready. */
  readonly problem?: string;
  readonly processes: number;
  readonly running: number;
  /** Environment of containers that its worker is in. */
  readonly container?: string;
}

/** A job as the master knows it. */
export interface MasterJob {
  readonly key: string;
  readonly executorId: string;
  readonly jobId: string;
  readonly state: 'running' | 'waiting' | 'cancelled' | 'ended';
  readonly submittedAt: number;
  readonly endedAt?: number;
  /** Why it was ended before its calls had. */
  readonly reason?: string;
  readonly attended: boolean;
  readonly durable: boolean;
  readonly calls: { readonly given: number; readonly succeeded: number; readonly failed: number };
}

export interface SessionStatus {
  readonly id: string;
  readonly executorId: string;
  readonly connected: boolean;
  /** Invocations that have not ended. */
  readonly open: number;
  /** The pool that they run on, where they run on one. */
  readonly pool?: string;
}

export interface MasterStatus {
  readonly version: string;
  readonly startedAt: number;
  readonly machines: readonly MachineStatus[];
  readonly specs: readonly MachineSpec[];
  readonly sessions: readonly SessionStatus[];
}

/** What a running master leaves in its folder, for those who may read it. */
export interface MasterAddress {
  readonly port: number;
  readonly token: string;
  readonly version: string;
  readonly pid: number;
}

/** How a master is started. */
export interface MasterSettings {
  readonly version: string;
  /** It ends when nobody has used it for so long, in seconds; absent: never. */
  readonly softTimeout?: number;
  /**
   * Whether its machine and those of its pools were made for it: they are turned off, instead of being left alone, when no
   * task has run for `softTimeout`, clients or not. Absent: they are somebody's.
   */
  readonly ownsMachines?: true;
  /** Work whose client is gone is ended after so long, in seconds. */
  readonly hardTimeout: number;
  /** A client that is not back after so long counts as gone, in seconds. */
  readonly reconnectTimeout: number;
  /** A machine that says nothing for so long counts as lost, in seconds. */
  readonly silenceTimeout: number;
}

/** Reason of a death: a machine was lost with all that ran on it. */
export const MACHINE_LOST = 'machine lost';
/** Reason of a death: the master cannot keep what it is told. Said once, and not in the journal. */
export const MASTER_FAULT = 'master';
/** Reason of a death: somebody has asked the master to end the job. */
export const JOB_CANCELLED = 'job cancelled';
