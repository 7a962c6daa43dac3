import type { ResolvedConfig } from '../config/load-config.ts';
import type { MonitoringConfig } from '../config/monitoring-config.ts';
import { NewsListener } from '../delivery/news-listener.ts';
import type { PluginContext } from '../plugin/compute-plugin.ts';
import type { OpenNoticeBoard } from '../plugin/notice-board.ts';
import { findMonitoring, openBoard } from '../storage/monitoring-board.ts';
import type { StorageJobStore } from '../storage/storage-job-store.ts';
import type { TaskNoticesConfig } from '../storage/task-notices.ts';

/** How news of detached work comes. */
export interface News extends AsyncDisposable {
  /** What workers are given, to tell of it. */
  readonly notices: TaskNoticesConfig;
  readonly listener: NewsListener;
}

/**
 * By the configured monitoring, or by the storage where it can tell of news; undefined where nobody can.
 * @throws PluginNotFoundError, ConfigError and what else keeps the configured monitoring from being used
 */
export function openNews(
  config: ResolvedConfig,
  context: PluginContext,
  store: StorageJobStore,
): Promise<News | undefined> {
  const { monitoring } = config;
  return monitoring === undefined ? byStorage(context, store) : byMonitoring(monitoring, config, context);
}

async function byStorage(
  { executorId: topic, logger }: PluginContext,
  store: StorageJobStore,
): Promise<News | undefined> {
  // A storage that cannot be opened is told of by what needs it.
  const board = await store.notices().catch(() => undefined);
  if (board === undefined) return undefined;
  const listener = new NewsListener({
    topic,
    board,
    warn: (what, reason) => logger.warn(`word of news by the storage ${what}: ${messageOf(reason)}`),
  });
  return { notices: { topic }, listener, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
}

async function byMonitoring(
  configured: MonitoringConfig,
  config: ResolvedConfig,
  context: PluginContext,
): Promise<News> {
  const { executorId: topic, logger } = context;
  const { name } = configured;
  const monitoring = await findMonitoring(configured, config);
  const board: OpenNoticeBoard = await openBoard(monitoring, context);
  const listener = new NewsListener({
    topic,
    board,
    warn: (what, reason) => logger.warn(`monitoring: ${name} ${what}: ${messageOf(reason)}`),
  });
  const close = async () => {
    await listener[Symbol.asyncDispose]();
    await board[Symbol.asyncDispose]();
  };
  try {
    // What was asked for must work; that it is lost later is another thing.
    await listener.start();
    listener.rest();
  } catch (error) {
    await close();
    throw error;
  }
  const section = monitoring.plugin.workerConfig(monitoring.section);
  return { notices: { topic, monitoring: { name, section } }, listener, [Symbol.asyncDispose]: close };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
