import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CredentialStore } from '../credentials.ts';
import { requestTooLarge } from '../invocations/invoker.ts';
import { LIMITS } from '../limits.ts';
import { checkInput } from './check-input.ts';
import { decodeInput } from './decode-input.ts';
import { encodeError, encodeOutput, type RawResponse } from './encode-output.ts';
import type { Handler } from './handlers.ts';
import { route } from './operations.ts';
import { ServiceError } from './service-error.ts';
import { type SignedRequest, verifySignature } from './signature.ts';

export interface ApiServerOptions {
  readonly region: string;
  readonly store: CredentialStore;
  readonly handlers: Readonly<Record<string, Handler>>;
}

/** Zips are sent in base64, within JSON. */
const MAX_BODY_BYTES = Math.ceil((LIMITS.zipBytes * 4) / 3) + 64 * 1024;

/** The endpoint that the SDK talks to. */
export class ApiServer implements AsyncDisposable {
  readonly endpoint: string;
  /** Operations that were asked for so far, also those that were refused. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #options: ApiServerOptions;

  static async listen(options: ApiServerOptions): Promise<ApiServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ApiServer(server, options);
  }

  private constructor(server: Server, options: ApiServerOptions) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
    this.endpoint = `http://127.0.0.1:${address.port}`;
    this.#server = server;
    this.#options = options;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch(() => response.destroy()); // who asked went away
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const raw = await this.#handle(request, requestId).catch((error: unknown) =>
      encodeError(error instanceof ServiceError ? error : internal(error)),
    );
    const { status, headers, body } = raw;
    const length = Buffer.isBuffer(body) ? { 'content-length': body.length } : {};
    response.writeHead(status, { ...headers, ...length, 'x-amzn-requestid': requestId });
    if (Buffer.isBuffer(body)) response.end(body);
    else await pipeline(body, response);
  }

  async #handle(request: IncomingMessage, requestId: string): Promise<RawResponse> {
    const url = new URL(request.url ?? '', this.endpoint);
    const body = await bodyOf(request);
    const signed: SignedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers as Record<string, string>, // those that matter here come once
      body,
    };
    const found = route(signed.method, signed.path);
    const { region, store, handlers } = this.#options;
    if (found !== undefined) this.requests.push(found.operation.name);
    await verifySignature(signed, { region, services: ['lambda'], store });
    const handler = handlers[found?.operation.name ?? ''];
    if (found === undefined || handler === undefined)
      throw new ServiceError(
        'UnknownOperationException',
        `this simulator does not have ${found?.operation.name ?? signed.path}`,
      );
    const input = decodeInput(found, signed);
    checkInput(found.operation, input);
    const output = await handler(input, { requestId });
    return encodeOutput(found.operation, output as Record<string, unknown>); // typed by the SDK where it was made
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const limit = /invocations$/.test(request.url ?? '') ? LIMITS.requestBytes : MAX_BODY_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  }
  if (bytes <= limit) return Buffer.concat(chunks);
  if (limit === LIMITS.requestBytes) throw requestTooLarge(limit);
  throw new ServiceError(
    'RequestEntityTooLargeException',
    `Request must be smaller than ${MAX_BODY_BYTES} bytes`,
    {},
    413,
  );
}

function internal(error: unknown): ServiceError {
  return new ServiceError('ServiceException', `the simulator failed: ${String((error as Error).stack ?? error)}`);
}
