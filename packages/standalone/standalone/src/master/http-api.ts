import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  API_PATHS,
  type MachineSpec,
  SESSION_HEADERS,
  SESSION_PROTOCOL,
  type WorkerEnvironment,
} from '../protocol/master-api.ts';
import type { Master } from './master.ts';

/** What the API is served with. */
export interface HttpApiParts {
  readonly master: Master;
  /** Who does not know it gets nothing but a refusal: others may have accounts on this machine. */
  readonly token: string;
  readonly onStop: () => void;
}

/** Serves the API on a free port of the loopback address. */
export async function serveHttpApi({ master, token, onStop }: HttpApiParts): Promise<Server> {
  const server = createServer((request, response) => {
    if (!isAllowed(request, token)) return void response.writeHead(401).end();
    answer(request, response, master, onStop).catch((error: unknown) => {
      response.writeHead(400).end(error instanceof Error ? error.message : String(error));
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const { pathname } = urlOf(request);
    if (!isAllowed(request, token) || pathname !== API_PATHS.session || request.headers.upgrade !== SESSION_PROTOCOL)
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
    try {
      const { id, executorId, environment, received } = sessionOf(request);
      const session = master.openSession({ id, executorId, environment }, received);
      const lines = [
        'HTTP/1.1 101 Switching Protocols',
        'connection: upgrade',
        `upgrade: ${SESSION_PROTOCOL}`,
        `${SESSION_HEADERS.resumed}: ${session.resumed ? 'yes' : 'no'}`,
        ...(session.notice === undefined ? [] : [`${SESSION_HEADERS.notice}: ${encodeURIComponent(session.notice)}`]),
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      session.serve(socket, head);
    } catch (error) {
      socket.end(`HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n${error instanceof Error ? error.message : ''}`);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  master: Master,
  onStop: () => void,
): Promise<void> {
  const { pathname, searchParams } = urlOf(request);
  const done = () => response.writeHead(204).end();
  const [, id] = /^\/v1\/sessions\/([\w-]+)$/.exec(pathname) ?? [];
  if (request.method === 'GET' && pathname === API_PATHS.status)
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(master.status));
  if (request.method === 'PUT' && pathname === API_PATHS.machines) {
    master.useMachines((await json(request)) as MachineSpec[]); // our own client writes it
    return void done();
  }
  if (request.method === 'DELETE' && id !== undefined) {
    master.closeSession(id);
    return void done();
  }
  if (request.method === 'PUT' && id !== undefined) {
    master.acknowledge(id, Number(searchParams.get('received')));
    return void done();
  }
  if (request.method === 'GET' && pathname === API_PATHS.jobs)
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(master.jobs));
  const [, job] = /^\/v1\/jobs\/([\w-]+)$/.exec(pathname) ?? [];
  if (request.method === 'DELETE' && job !== undefined)
    return void response.writeHead(master.cancelJob(job) ? 204 : 404).end();
  if (request.method === 'GET' && pathname === API_PATHS.logs) {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const logs = master.logs(searchParams.get('job') ?? undefined, searchParams.has('follow'), gone.signal);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    return pipeline(logs, response).catch(() => {}); // who asked has left
  }
  if (request.method === 'POST' && pathname === API_PATHS.stop) {
    done();
    return onStop();
  }
  response.writeHead(404).end();
}

function sessionOf({ headers }: IncomingMessage): {
  readonly id: string;
  readonly executorId: string;
  readonly environment: WorkerEnvironment;
  readonly received: number;
} {
  const id = headers[SESSION_HEADERS.id];
  const executorId = headers[SESSION_HEADERS.executor];
  const received = Number(headers[SESSION_HEADERS.received]);
  const environment = headers[SESSION_HEADERS.environment];
  if (typeof id !== 'string' || !/^[\w-]{1,80}$/.test(id) || typeof executorId !== 'string')
    throw new TypeError('a session has a name and an executor');
  if (typeof environment !== 'string' || !Number.isSafeInteger(received) || received < 0)
    throw new TypeError('a session has an environment, and a count of replies');
  return { id, executorId, received, environment: JSON.parse(environment) as WorkerEnvironment }; // our own client writes it
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(url, 'http://master');
}
