import type { BackendCleanOptions, BackendCleanReport } from '../plugin/compute-plugin.ts';
import type { ExecutorOptions } from './executor-options.ts';
import { openBackend } from './open-backend.ts';

/**
 * Deletes what Lithops has made on the platform of the configured backend; nothing where that leaves nothing behind.
 * @throws ConfigError, PluginNotFoundError, and what the platform refuses
 */
export async function cleanBackend(
  executor: ExecutorOptions,
  options: BackendCleanOptions,
): Promise<BackendCleanReport> {
  await using opened = await openBackend(executor);
  return (await opened.backend.clean?.(options)) ?? { deleted: [] };
}
