import { type ExecutorOptions, FunctionExecutor } from '@lithops/core';
import type { ComputeBackend, ComputeCapabilities, ComputePlugin } from '@lithops/core/plugin';
import { pluginContext, validatedConfig } from '../plugin-context.ts';

/** What a compute plugin's author provides. */
export interface ComputeSubject {
  readonly plugin: ComputePlugin;
  /** The plugin's section of a configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What the executors of the suite need besides, for example a storage. */
  readonly executor?: ExecutorOptions;
  /** The least memory that it takes, for the case that runs out of it, in MB. Default: 64. */
  readonly leastMemory?: number;
  /** Groups of cases, `errors`, or ids, `faults/exit`, where a second run of all would tell nothing new. Default: all. */
  readonly only?: readonly string[];
}

/** What the cases vary. */
export type CaseExecutorOptions = Pick<
  ExecutorOptions,
  'maxWorkers' | 'runtimeMemory' | 'timeout' | 'retries' | 'signal' | 'onLog'
>;

/** How the cases reach the plugin under test. */
export interface ComputeHarness {
  readonly plugin: ComputePlugin;
  readonly capabilities: ComputeCapabilities;
  /** MB. */
  readonly leastMemory: number;
  /** A fresh executor on the plugin; the case closes it. */
  createExecutor(options?: CaseExecutorOptions): FunctionExecutor;
  /** A fresh backend without an executor; the case disposes it. */
  createBackend(): Promise<ComputeBackend>;
}

/** @throws TypeError when the plugin refuses its configuration. */
export function createComputeHarness(subject: ComputeSubject): ComputeHarness {
  const { plugin, config = {}, executor = {}, leastMemory = 64 } = subject;
  const validated = validatedConfig(plugin, config);
  return {
    plugin,
    leastMemory,
    capabilities: plugin.capabilities(validated),
    createExecutor: (options = {}) => {
      // What a case asks for wins over the section.
      const section = Object.entries(config).filter(([key]) => !(key in options));
      return new FunctionExecutor({
        ...executor,
        ...options,
        backend: { plugin, config: Object.fromEntries(section) },
      });
    },
    createBackend: async () => plugin.create(validated, pluginContext()),
  };
}
