import type { ExecutionMode } from '../plugin/compute-plugin.ts';
import type { Duration } from './duration.ts';

/** Sections of the backends; each plugin adds its own by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: plugins fill it
export interface BackendConfigs {}

/** Section `lithops`. */
export interface LithopsSection {
  readonly backend?: string;
  readonly storage?: string;
  readonly mode?: ExecutionMode;
  /** Per call, from submission. */
  readonly executionTimeout?: Duration;
  /** Attempts after the first. */
  readonly retries?: number;
  /** Of jobs: calls of a higher one are invoked first. Default: 0. */
  readonly priority?: number;
  readonly chunksize?: number;
  /** How often an operation is tried again that the storage could not serve for the moment. Default: 5. */
  readonly storageRetries?: number;
  /** For how long. Default: a minute. */
  readonly storageRetryTime?: Duration;
  readonly logLevel?: string | null;
  /** Packages with plugins of other names than the usual. */
  readonly plugins?: readonly string[];
  /** How clients learn of what detached workers have done: by looking at the `storage`, or told by `rabbitmq` too. Default: `storage`. */
  readonly monitoring?: string;
  /** Whether a journal of jobs is kept, for `lithops logs`, `lithops job` and the dashboard, or the folder to keep it in. Default: `~/.lithops/journal` */
  readonly journal?: boolean | string;
  readonly [option: string]: unknown;
}

/** A configuration: of Lithops itself, and a section for each backend that is used. */
export type LithopsConfig = { readonly lithops?: LithopsSection } & {
  readonly [Backend in keyof BackendConfigs]?: BackendConfigs[Backend];
} & {
  readonly [section: string]: unknown;
};

/** Gives a configuration file in TypeScript its types: `export default defineConfig({ ... })`. */
export function defineConfig(config: LithopsConfig): LithopsConfig {
  return config;
}
