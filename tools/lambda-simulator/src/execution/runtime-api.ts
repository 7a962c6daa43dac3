import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { LIMITS } from '../limits.ts';

/** An event as the runtime is given it. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadline: number;
  readonly payload: Buffer;
  readonly clientContext?: string;
}

/** What the runtime tells, in the order in which it does. */
export interface RuntimeListener {
  /** It asks for an event. */
  onNext(): void;
  onInitError(error: Buffer): void;
  /** Bytes of an answer as it is written; `streamed` only when the runtime says that it streams. */
  onChunk(requestId: string, chunk: Buffer): void;
  onResponse(requestId: string, body: Buffer, streamed: boolean): void;
  /** The answer is larger than it may be; the runtime has been told. */
  onTooLarge(requestId: string, bytes: number): void;
  onError(requestId: string, error: Buffer): void;
}

const ROOT = '/2018-06-01/runtime';

/** The Runtime API of one sandbox, at an address of its own. */
export class RuntimeApi implements AsyncDisposable {
  readonly address: string;
  readonly #server: Server;
  readonly #listener: RuntimeListener;
  #asking: ServerResponse | undefined;
  #running: string | undefined;
  #handled: Promise<unknown> = Promise.resolve();

  static async listen(listener: RuntimeListener): Promise<RuntimeApi> {
    const server = createServer();
    // A frozen sandbox keeps its connection for as long as it is.
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RuntimeApi(server, listener);
  }

  private constructor(server: Server, listener: RuntimeListener) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
    this.address = `127.0.0.1:${address.port}`;
    this.#server = server;
    this.#listener = listener;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // One after another: the next event may be asked for before all of an answer was read.
      this.#handled = this.#handled.then(() => this.#handle(request, response)).catch(() => response.destroy());
    });
  }

  /** Whether an event would be taken at once. */
  get asking(): boolean {
    return this.#asking !== undefined;
  }

  /** Answers the runtime that is asking. */
  send(event: RuntimeEvent): void {
    const response = this.#asking;
    if (response === undefined) throw new Error('the runtime has not asked for an event');
    this.#asking = undefined;
    this.#running = event.requestId;
    const root = `1-${Math.floor(Date.now() / 1000).toString(16)}-${event.requestId.replaceAll('-', '').slice(0, 24)}`;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': event.payload.length,
      'lambda-runtime-aws-request-id': event.requestId,
      'lambda-runtime-deadline-ms': String(event.deadline),
      'lambda-runtime-invoked-function-arn': event.functionArn,
      'lambda-runtime-trace-id': `Root=${root};Sampled=0`,
      ...(event.clientContext === undefined ? {} : { 'lambda-runtime-client-context': event.clientContext }),
    });
    response.end(event.payload);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    if (method === 'GET' && url === `${ROOT}/invocation/next`) {
      this.#running = undefined;
      this.#asking = response;
      this.#listener.onNext();
      return;
    }
    if (method === 'POST' && url === `${ROOT}/init/error`) {
      const { body } = await this.#read(request, () => undefined);
      this.#listener.onInitError(body);
      return answer(response, 202, { status: 'OK' });
    }
    const [, requestId = '', kind = ''] =
      /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(url) ?? [];
    if (method !== 'POST' || kind === '') return answer(response, 404, invalid('there is no such path'));
    if (requestId !== this.#running) {
      request.resume();
      return answer(response, 400, { errorMessage: 'Invalid request ID', errorType: 'InvalidRequestID' });
    }
    if (kind === 'error') {
      const { body } = await this.#read(request, () => undefined);
      this.#listener.onError(requestId, body);
      return answer(response, 202, { status: 'OK' });
    }
    await this.#response(request, response, requestId);
  }

  async #response(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
    const limit = streamed ? LIMITS.streamedResponseBytes : LIMITS.responseBytes;
    const { body, bytes } = await this.#read(request, (chunk) => this.#listener.onChunk(requestId, chunk), limit);
    if (bytes > limit) {
      this.#listener.onTooLarge(requestId, bytes);
      return answer(response, 413, {
        errorMessage: `Exceeded maximum allowed payload size (${limit} bytes).`,
        errorType: 'RequestEntityTooLarge',
      });
    }
    const failure = request.trailers['lambda-runtime-function-error-body'];
    if (failure !== undefined) this.#listener.onError(requestId, Buffer.from(failure, 'base64'));
    else this.#listener.onResponse(requestId, body, streamed);
    answer(response, 202, { status: 'OK' });
  }

  async #read(
    request: IncomingMessage,
    onChunk: (chunk: Buffer) => void,
    limit: number = LIMITS.responseBytes,
  ): Promise<{ body: Buffer; bytes: number }> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limit) continue;
      chunks.push(chunk);
      onChunk(chunk);
    }
    return { body: Buffer.concat(chunks), bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

function invalid(errorMessage: string): object {
  return { errorMessage, errorType: 'InvalidRequest' };
}
