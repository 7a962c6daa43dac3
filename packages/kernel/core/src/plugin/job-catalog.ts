/** A job as a platform knows it, whose client may be anywhere, or gone. */
export interface JobRecord {
  /** `<executorId>-<jobId>` */
  readonly key: string;
  readonly executorId: string;
  readonly jobId: string;
  /** `waiting`: nothing of it is open there at the moment; its client may send more. `ended`: its executor has ended. */
  readonly state: 'running' | 'waiting' | 'cancelled' | 'ended';
  /** ms since the epoch. */
  readonly submittedAt: number;
  readonly endedAt?: number;
  /** Why the platform has ended it before its calls had: nobody was there for them, say. */
  readonly reason?: string;
  /** Whether its client is connected. */
  readonly attended: boolean;
  /** Its results go to storage: it goes on without its client, and another may attach to it. */
  readonly durable: boolean;
  readonly calls: {
    /** That the platform was given; a client keeps back what there is no room for. Calls that are run again count again. */
    readonly given: number;
    readonly succeeded: number;
    readonly failed: number;
  };
}

/** The jobs of a platform, whoever's they are: all of these or none. */
export interface JobCatalog {
  /** The latest first. */
  list(): Promise<readonly JobRecord[]>;
  /** Ends what runs of it, and refuses what its client sends of it from now on. @returns false when it is not known or has ended */
  cancel(key: string): Promise<boolean>;
}
