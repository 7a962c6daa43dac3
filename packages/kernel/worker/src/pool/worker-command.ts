import { fileURLToPath } from 'node:url';

/** How worker processes are started. */
export interface WorkerCommand {
  /** The Node binary. */
  readonly execPath: string;
  /** Options for Node itself. */
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The worker's one file: plain `node <path> --child|--stdio` runs it, anywhere. */
export function workerFile(): string {
  const built = import.meta.url.endsWith('.js') || import.meta.url.endsWith('.mjs');
  return fileURLToPath(new URL(built ? './worker.mjs' : '../main.ts', import.meta.url));
}
