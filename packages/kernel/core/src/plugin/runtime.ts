/** What tasks run in: an image, a deployed function, a Node binary. */
export interface Runtime {
  readonly name: string;
  /** MB. */
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
}

/** Facts about a runtime, asked from a worker that runs in it. */
export interface RuntimeInfo {
  readonly nodeVersion: string;
  readonly workerVersion: string;
  readonly platform: string;
  readonly arch: string;
}

export interface RuntimeBuildOptions {
  /** Dockerfile, or what the backend builds from. Default: the one that comes with the backend. */
  readonly file?: string;
  /** Folder that it may copy from. Default: that of the file. */
  readonly context?: string;
  /** Builds anew, from the newest of what it is built from, even if the same was built before. Default: no. */
  readonly fresh?: boolean;
  /** Told what the build prints, a piece at a time. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** A runtime that can be used now. */
export interface BuiltRuntime {
  /** What a configuration calls it. */
  readonly name: string;
  /** What the platform is given, by its content, where the backend names it so. */
  readonly image?: string;
  /** False: the same had been built before, and was taken. */
  readonly built: boolean;
}

export interface RuntimeDeployOptions {
  /** Told what is done, a piece at a time. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Builds, deploys and lists runtimes: all of these or none. */
export interface RuntimeCatalog {
  build(runtime: Runtime, options: RuntimeBuildOptions): Promise<BuiltRuntime>;
  /** Has the platform ready to run tasks in it, as they would have it done by the first of them. A runtime that is deployed is brought up to date. */
  deploy(runtime: Runtime, options: RuntimeDeployOptions): Promise<RuntimeInfo>;
  /** Optional, where a deployment leaves an earlier one in place: deploys again, and removes what that replaces. */
  update?(runtime: Runtime, options: RuntimeDeployOptions): Promise<RuntimeInfo>;
  list(): Promise<readonly Runtime[]>;
  /** Without `memory`: whatever memory it was deployed with. @throws RuntimeNotFoundError when there is none */
  delete(runtime: Runtime): Promise<void>;
  info(runtime: Runtime): Promise<RuntimeInfo>;
}
