import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { SimulatorOptions } from '../simulator-options.ts';
import { ApiError } from './api-error.ts';
import type { Iam } from './iam.ts';
import { check, type Operation } from './operation.ts';
import { pageOf } from './page.ts';

export interface ApiServer extends AsyncDisposable {
  /** Of the API, and of IAM below it. */
  readonly endpoint: string;
}

/** Answers on loopback: `/identity/token` as IAM does, all else as the API. */
export async function startApiServer(
  operations: readonly Operation[],
  iam: Iam,
  { refusal, mostPerPage = 100 }: SimulatorOptions,
): Promise<ApiServer> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
  const endpoint = `http://127.0.0.1:${address.port}`;
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(body === undefined ? undefined : JSON.stringify(body));
    const url = new URL(request.url ?? '/', endpoint);
    try {
      if (url.pathname === '/identity/token') {
        const { status, body } = await iam.answer(request);
        return void send(status, body);
      }
      iam.check(request.headers.authorization);
      const path = url.pathname.replace(/^\/v1/, '');
      const operation = operations.find(({ method, pattern }) => method === request.method && pattern.test(path));
      if (operation === undefined || path === url.pathname)
        throw new ApiError(404, 'not_found', `${request.method} ${url.pathname} is no operation`);
      const body = await bodyOf(request);
      check(operation, Object.fromEntries(url.searchParams), body);
      const refused = refusal?.({ method: operation.method, path, body });
      if (refused !== undefined) throw new ApiError(refused.status, refused.code, refused.message, refused.headers);
      const reply = await operation.handle({
        path: (operation.pattern.exec(path) ?? []).slice(1).map(decodeURIComponent),
        query: Object.fromEntries(url.searchParams),
        body,
        ifMatch: request.headers['if-match'],
      });
      const content = reply.collection === undefined ? reply.body : pageOf(url, ...reply.collection, mostPerPage);
      send(reply.status, content, reply.etag === undefined ? {} : { etag: reply.etag });
    } catch (error) {
      const told = error instanceof ApiError ? error : new ApiError(500, 'internal_error', String(error));
      send(told.status, told.body, told.headers);
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'];
  const isEmpty = request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined;
  if (isEmpty || request.headers['content-length'] === '0') return undefined;
  const wanted = request.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  if (type?.split(';')[0] !== wanted)
    throw new ApiError(415, 'unsupported_media_type', `${String(type)} is sent; ${wanted} is taken`);
  return json(request).catch(() => {
    throw new ApiError(400, 'bad_json', 'The body is no JSON');
  });
}
