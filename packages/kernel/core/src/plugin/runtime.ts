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

/** Builds, deploys and lists runtimes: all of these or none. */
export interface RuntimeCatalog {
  build(runtime: Runtime, options: { readonly file?: string; readonly signal?: AbortSignal }): Promise<void>;
  deploy(runtime: Runtime, options: { readonly signal?: AbortSignal }): Promise<RuntimeInfo>;
  list(): Promise<readonly Runtime[]>;
  delete(runtime: Runtime): Promise<void>;
  info(runtime: Runtime): Promise<RuntimeInfo>;
}
