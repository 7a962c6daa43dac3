import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { JournalLibrary } from './history/journal-library.ts';
import { OpenJobs } from './history/open-jobs.ts';
import { Access } from './server/access.ts';
import { EventStreams } from './server/event-streams.ts';
import { pageFiles } from './server/page-files.ts';
import { requestListener } from './server/request-listener.ts';

export interface DashboardOptions {
  /** Folder of the journals of executors; `journalFolder()` of `@lithops/core/journal` tells which it is. */
  readonly folder: string;
  /** Default: one that is free. */
  readonly port?: number;
}

/** A server on loopback that shows what executors do, until it is disposed. */
export interface Dashboard extends AsyncDisposable {
  /** With the token that it wants to see: keep it to yourself. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts the dashboard on 127.0.0.1.
 * @throws Error of the system when the port cannot be had, code EADDRINUSE when another program has it
 */
export async function startDashboard({ folder, port = 0 }: DashboardOptions): Promise<Dashboard> {
  const files = await pageFiles();
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  const access = new Access(listening);
  const library = new JournalLibrary(folder);
  const jobs = new OpenJobs(library);
  const streams = new EventStreams(library);
  server.on('request', requestListener({ files, library, jobs, streams, access }));
  const dashboard = {
    url: `http://127.0.0.1:${listening}/?token=${access.token}`,
    port: listening,
    async [Symbol.asyncDispose]() {
      streams[Symbol.dispose]();
      await closeServer(server);
      await jobs[Symbol.asyncDispose]();
      await library[Symbol.asyncDispose]();
    },
  };
  try {
    await library.open();
    return dashboard;
  } catch (error) {
    await dashboard[Symbol.asyncDispose]();
    throw error;
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
