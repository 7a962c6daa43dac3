/** A machine, container or process that a platform runs tasks on. */
export interface WorkerRecord {
  readonly name: string;
  /** `idle`: nothing of ours runs on it, and it is started when it is needed. */
  readonly state: 'ready' | 'connecting' | 'lost' | 'idle';
  /** Why it is not ready. */
  readonly problem?: string;
  /** What runs tasks on it: processes, or the name of containers' environment. */
  readonly environment?: string;
  readonly processes: number;
  /** Invocations that run on it. */
  readonly running: number;
}

/** The workers of a platform. */
export interface WorkerCatalog {
  list(): Promise<readonly WorkerRecord[]>;
}
