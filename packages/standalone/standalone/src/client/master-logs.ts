import { createInterface } from 'node:readline';
import type { LogQuery, LogRecord, LogSource } from '@lithops/core/plugin';
import { toLithopsError } from './lithops-error.ts';
import type { MasterAccess } from './master-access.ts';

/** What calls wrote, from the files of a cluster's master; nothing where no master runs. */
export function masterLogs(access: MasterAccess): LogSource {
  return { read: (query) => read(access, query) };
}

async function* read(access: MasterAccess, { jobKey, follow = false, signal }: LogQuery): AsyncGenerator<LogRecord> {
  try {
    const answer = await (await access.found())?.logs(jobKey, follow);
    if (answer === undefined) return;
    const leave = () => answer.destroy();
    signal?.addEventListener('abort', leave, { once: true });
    try {
      if (signal?.aborted === true) return;
      for await (const line of createInterface({ input: answer })) yield JSON.parse(line) as LogRecord; // as our master writes it
    } finally {
      signal?.removeEventListener('abort', leave);
      answer.destroy();
    }
  } catch (error) {
    if (signal?.aborted !== true) throw toLithopsError(error);
  }
}
