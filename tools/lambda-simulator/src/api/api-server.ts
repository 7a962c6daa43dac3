import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CredentialStore } from '../credentials.ts';
import { type ApiFault, errorOf, type SimulatorFaults } from '../faults.ts';
import { requestTooLarge } from '../invocations/invoker.ts';
import { LIMITS } from '../limits.ts';
import type { LogsApi } from '../logs/logs-api.ts';
import { ECR_TARGET, type EcrApi } from '../services/ecr-api.ts';
import { checkInput } from './check-input.ts';
import { decodeInput } from './decode-input.ts';
import { encodeError, encodeOutput, type RawResponse } from './encode-output.ts';
import type { Handler } from './handlers.ts';
import { type Route, route } from './operations.ts';
import { ServiceError } from './service-error.ts';
import { type SignedRequest, verifySignature } from './signature.ts';

export interface ApiServerOptions {
  readonly region: string;
  readonly store: CredentialStore;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly logs: LogsApi;
  /** Undefined: there is no registry. */
  readonly ecr: EcrApi | undefined;
  readonly faults: SimulatorFaults;
}

/** Zips are sent in base64, within JSON. */
const MAX_BODY_BYTES = Math.ceil((LIMITS.zipBytes * 4) / 3) + 64 * 1024;

const NOTHING: RawResponse = { status: 200, headers: {}, body: Buffer.alloc(0) };

/** The endpoint that the SDK talks to. */
export class ApiServer implements AsyncDisposable {
  readonly endpoint: string;
  /** Operations that were asked for so far, also those that were refused. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #options: ApiServerOptions;

  static async listen(options: ApiServerOptions): Promise<ApiServer> {
    const server = createServer();
    // Longer than a test may keep this process busy: the client must not find a connection closed.
    server.keepAliveTimeout = 120_000;
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
    const url = new URL(request.url ?? '', this.endpoint);
    const found = route(request.method ?? '', url.pathname);
    const fault = found && this.#options.faults.forRequest(found.operation.name, functionNameOf(found));
    const raw = await this.#handle(request, { url, found, requestId, fault }).catch((error: unknown) =>
      encodeError(error instanceof ServiceError ? error : internal(error)),
    );
    if (fault?.cut === 'before' || fault?.cut === 'after') response.destroy();
    else await send(response, raw, requestId, fault?.cut);
  }

  async #handle(
    request: IncomingMessage,
    {
      url,
      found,
      requestId,
      fault,
    }: { url: URL; found: Route | undefined; requestId: string; fault: ApiFault | undefined },
  ): Promise<RawResponse> {
    const body = await bodyOf(request);
    const signed: SignedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers as Record<string, string>, // those that matter here come once
      body,
    };
    const { region, store, handlers, logs, ecr } = this.#options;
    const target = signed.headers['x-amz-target'];
    this.requests.push(found?.operation.name ?? target ?? url.pathname);
    if (fault?.delayMs !== undefined) await delay(fault.delayMs);
    if (fault?.cut === 'before') return NOTHING;
    const isEcr = target?.startsWith(ECR_TARGET) === true;
    const service = target === undefined ? 'lambda' : isEcr ? 'ecr' : 'logs';
    await verifySignature(signed, { region, services: [service], store });
    if (fault?.error !== undefined) throw errorOf(fault.error);
    if (isEcr && ecr !== undefined) return json(ecr.answer(target, body));
    const read = logs.answer(target, body);
    if (read !== undefined) return json(read);
    const handler = handlers[found?.operation.name ?? ''];
    if (found === undefined || handler === undefined)
      throw new ServiceError(
        'UnknownOperationException',
        `this simulator does not have ${found?.operation.name ?? url.pathname}`,
      );
    const input = decodeInput(found, signed);
    checkInput(found.operation, input);
    const output = await handler(input, { requestId });
    if (isRaw(output)) return output;
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

/** `cut`: the connection ends in the middle of the body, or after so many bytes of it. */
async function send(
  response: ServerResponse,
  raw: RawResponse,
  requestId: string,
  cut: 'within' | number | undefined,
): Promise<void> {
  const { status, headers, body } = raw;
  const whole = Buffer.isBuffer(body);
  const length = whole ? { 'content-length': body.length } : {};
  response.writeHead(status, { ...headers, ...length, 'x-amzn-requestid': requestId });
  if (cut === undefined) {
    if (whole) response.end(body);
    else await pipeline(body, response);
    return;
  }
  let left = cut === 'within' ? (whole ? Math.floor(body.length / 2) : 1) : cut;
  for await (const chunk of whole ? [body] : body) {
    response.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  // What was written is to arrive before the connection ends.
  response.socket?.destroySoon();
}

function functionNameOf({ labels }: Route): string | undefined {
  return labels['FunctionName']?.split(':')[labels['FunctionName'].startsWith('arn:') ? 6 : 0];
}

function isRaw(output: unknown): output is RawResponse {
  return typeof output === 'object' && output !== null && 'status' in output && 'body' in output;
}

function json(value: object): RawResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

function internal(error: unknown): ServiceError {
  return new ServiceError('ServiceException', `the simulator failed: ${String((error as Error).stack ?? error)}`);
}
