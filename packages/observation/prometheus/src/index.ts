import type { JobObserver } from '@lithops/core';
import { readSection } from './gateway-section.ts';
import { JobMetrics } from './job-metrics.ts';
import { MetricsPush } from './metrics-push.ts';

/** What an observer is made for. */
export interface ObserverContext {
  readonly executorId: string;
  readonly logger: { warn(message: string): void };
}

/**
 * Pushes what becomes of an executor's jobs to a Pushgateway: while they run every few seconds, and for the last time when
 * it is closed. What cannot be pushed harms no job; a warning says so, once.
 * @param section `{ apigateway: 'http://gateway.example.com:9091', interval?: 5 }`
 * @throws ConfigError
 */
export function openObserver(section: unknown, { executorId, logger }: ObserverContext): JobObserver {
  const gateway = readSection(section);
  const metrics = new JobMetrics();
  const push = new MetricsPush(metrics.registry, gateway, executorId, (message) => logger.warn(message));
  return metrics.observing(push);
}
