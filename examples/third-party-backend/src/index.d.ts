import type { ComputePlugin, PluginReference } from '@lithops/core/plugin';

/** Section `launcher` of a configuration. */
export interface LauncherConfig {
  /** What starts a worker, with its arguments; the worker's own command line comes behind it. Default: nothing. */
  readonly command?: readonly string[];
  /** Workers at once. Default: the CPUs that this process may use. */
  readonly maxWorkers?: number;
  /** MB of heap for each worker. Default: Node's own. */
  readonly runtimeMemory?: number;
}

declare module '@lithops/core' {
  interface BackendConfigs {
    launcher: LauncherConfig;
  }
}

declare const plugin: ComputePlugin<LauncherConfig>;
export default plugin;

/** The backend with its configuration: `backend: launcher({ command: ['nice'] })`. */
export declare function launcher(config?: LauncherConfig): PluginReference;
