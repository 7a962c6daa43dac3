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
  /** Told what the build prints, a piece at a time. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Builds, deploys and lists runtimes: all of these or none. */
export interface RuntimeCatalog {
  build(runtime: Runtime, options: RuntimeBuildOptions): Promise<void>;
  deploy(runtime: Runtime, options: { readonly signal?: AbortSignal }): Promise<RuntimeInfo>;
  list(): Promise<readonly Runtime[]>;
  delete(runtime: Runtime): Promise<void>;
  info(runtime: Runtime): Promise<RuntimeInfo>;
}
