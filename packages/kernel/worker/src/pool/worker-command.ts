/** How worker processes are started. */
export interface WorkerCommand {
  /** The Node binary. */
  readonly execPath: string;
  /** Options for Node itself. */
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}
