import type { PluginLogger } from '../plugin/compute-plugin.ts';
import { importOptional } from '../registry/import-optional.ts';
import type { JobObserver } from './job-observer.ts';
import { LateObserver } from './late-observer.ts';

/** What `@lithops/prometheus` exports. */
interface PrometheusPackage {
  openObserver(section: unknown, context: { readonly executorId: string; readonly logger: PluginLogger }): JobObserver;
}

/** Pushes metrics, as `lithops.telemetry` asks for; by package `@lithops/prometheus`, which is loaded with the first job. */
export function prometheusObserver(
  section: Readonly<Record<string, unknown>>,
  from: readonly string[],
  executorId: string,
  logger: PluginLogger,
): JobObserver {
  return new LateObserver(
    async () => {
      const module = await importOptional('@lithops/prometheus', from, 'lithops.telemetry');
      const { openObserver } = module as unknown as PrometheusPackage; // what it exports
      return openObserver(section, { executorId, logger });
    },
    (error) => logger.warn(`metrics are not pushed: ${messageOf(error)}`),
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { hint } = error as Error & { readonly hint?: unknown }; // of errors of Lithops
  return typeof hint === 'string' ? `${error.message}; ${hint}` : error.message;
}
