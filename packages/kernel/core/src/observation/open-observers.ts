import type { ResolvedConfig } from '../config/load-config.ts';
import type { ExecutorOptions } from '../executor/executor-options.ts';
import { createLogger, logs } from '../executor/plugin-logger.ts';
import { currentTask } from '../executor/task-context.ts';
import { ownIdentity } from '../job/process-identity.ts';
import { Journal } from '../journal/journal.ts';
import { type ExecutorEntry, JOURNAL_VERSION } from '../journal/journal-entry.ts';
import { journalFolder } from '../journal/journal-folder.ts';
import type { SettledCalls } from '../stats/settled-calls.ts';
import { JobLog } from './job-log.ts';
import type { JobObserver } from './job-observer.ts';
import { JobObservers } from './job-observers.ts';
import { openTelemetryObserver } from './open-telemetry-observer.ts';
import { prometheusObserver } from './prometheus-observer.ts';

/**
 * Those who are told of an executor's jobs: who was given as an option, and the journal. Undefined when there is nobody.
 * @param settled how the calls went, of which they are told after that
 */
export function openObservers(
  { observers = [], onLog }: ExecutorOptions,
  config: ResolvedConfig,
  executorId: string,
  settled: SettledCalls,
): JobObservers | undefined {
  const logger = () => createLogger(config.logLevel, executorId);
  const all: JobObserver[] = [...observers];
  if (onLog !== undefined) all.push({ callLogged: (_job, entry) => onLog(entry) });
  if (logs(config.logLevel, 'info')) all.push(new JobLog(logger()));
  const inTask = currentTask() !== undefined;
  const tracing = openTelemetryObserver(config.from);
  if (tracing !== undefined) all.push(tracing);
  if (config.telemetry !== undefined && !inTask)
    all.push(prometheusObserver(config.telemetry, config.from, executorId, logger()));
  // Inside a task there may be no file system that anybody will look at; the executor that runs it keeps a journal.
  const folder = inTask ? undefined : journalFolder(config.journal);
  if (folder !== undefined) {
    const failed = (error: unknown) =>
      logger().warn(
        `there will be no journal of executor ${executorId}, its logs and jobs are not seen from outside: ${String(error)}`,
      );
    all.push(new Journal(folder, settled, () => headOf(config, executorId), failed));
  }
  return all.length === 0 ? undefined : new JobObservers(all, logger);
}

function headOf({ mode, backendName, storageName }: ResolvedConfig, executorId: string): ExecutorEntry {
  const [, script] = process.argv;
  return {
    type: 'executor',
    version: JOURNAL_VERSION,
    at: Date.now(),
    executorId,
    process: ownIdentity(),
    ...(script !== undefined && { script }),
    node: process.version,
    ...(mode !== undefined && { mode }),
    backend: backendName,
    storage: storageName,
  };
}
