import type { WorkerNotices } from '@lithops/worker';
import type { MonitoringConfig } from '../config/monitoring-config.ts';
import { createLogger } from '../executor/plugin-logger.ts';
import type { NoticeBoard, OpenNoticeBoard } from '../plugin/notice-board.ts';
import { findMonitoring, openBoard } from './monitoring-board.ts';
import { type TaskStorageConfig, taskConnection, taskResolvedConfig } from './task-connections.ts';

/** How a worker tells its client of news. */
export interface TaskNoticesConfig {
  readonly topic: string;
  /** Absent: by the storage. */
  readonly monitoring?: MonitoringConfig;
}

interface SharedBoard {
  readonly board: Promise<OpenNoticeBoard>;
  users: number;
}

/** Boards that runs of this process use, by their configuration; closed when the last of them ends. */
const boards = new Map<string, SharedBoard>();

/** Opens the way to tell of news for a worker; it connects with the first notice. */
export function openNotices(storage: TaskStorageConfig, { topic, monitoring }: TaskNoticesConfig): WorkerNotices {
  return monitoring === undefined ? throughStorage(storage, topic) : throughBoard(storage, topic, monitoring);
}

function throughStorage(storage: TaskStorageConfig, topic: string): WorkerNotices {
  return {
    publish: async (notice) => {
      const { backend } = await taskConnection(storage).open();
      await backend.notices?.publish(topic, notice);
    },
    close: async () => {}, // the storage's connection stays for whoever comes next
  };
}

function throughBoard(storage: TaskStorageConfig, topic: string, monitoring: MonitoringConfig): WorkerNotices {
  const identity = JSON.stringify(monitoring);
  let shared: SharedBoard | undefined;
  const board = (): Promise<NoticeBoard> => {
    if (shared === undefined) {
      shared = boards.get(identity) ?? { board: openForTasks(storage, monitoring), users: 0 };
      boards.set(identity, shared);
      shared.users++;
    }
    return shared.board;
  };
  return {
    publish: async (notice) => (await board()).publish(topic, notice),
    close: async () => {
      if (shared === undefined || --shared.users > 0) return;
      boards.delete(identity);
      const open = await shared.board.catch(() => undefined); // told by who published
      await open?.[Symbol.asyncDispose]();
    },
  };
}

async function openForTasks(storage: TaskStorageConfig, monitoring: MonitoringConfig): Promise<OpenNoticeBoard> {
  const found = await findMonitoring(monitoring, taskResolvedConfig(storage));
  const signal = new AbortController().signal;
  return openBoard(found, { executorId: 'worker', signal, logger: createLogger(undefined, 'worker') });
}
