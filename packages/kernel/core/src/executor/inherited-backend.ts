import type { ComputePlugin } from '../plugin/compute-plugin.ts';

/** What executors inside tasks are given of a backend; see `ComputePlugin.taskConfig`. */
export interface InheritedBackend {
  /** By which the plugin is registered. */
  readonly name: string;
  /** By which it is found. */
  readonly reference: string;
  readonly section: unknown;
}

/** Undefined where the plugin lets tasks see nothing of its section. */
export function inheritedBackend(
  plugin: ComputePlugin,
  section: unknown,
  reference: string,
): InheritedBackend | undefined {
  const seen = plugin.taskConfig?.(section);
  return seen === undefined ? undefined : { name: plugin.name, reference, section: seen };
}
