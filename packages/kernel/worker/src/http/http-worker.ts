import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ShippedModule } from '../invocation.ts';
import { ProcessPool } from '../pool/process-pool.ts';
import { encodeReply, PROTOCOL_VERSION, ProtocolError } from '../protocol/index.ts';
import {
  decodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  MODULE_NEEDED,
  NOT_RUN_HERE,
  RAN_ALREADY,
  RESUME_HEADER,
  SILENCE_MS,
} from './http-messages.ts';
import type { RunJournal } from './run-journal.ts';
import { RunRegistry } from './run-registry.ts';

export interface HttpWorkerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Requests must carry it as `Authorization: Bearer <token>`. Absent: the platform in front decides who gets here. */
  readonly token: string | undefined;
  /** Invocations at once, each in a process of its own. */
  readonly concurrency: number;
  readonly maxBodyBytes: number;
  /** How long a run goes on when its connection was cut, in ms: its client may come back. Default 10 s. */
  readonly abandonMs?: number;
  /** Time to finish what runs when the worker is told to end, in ms. Default 8 s: platforms kill after 10. */
  readonly drainMs?: number;
}

const ABANDON_MS = 10_000;
const DRAIN_MS = 8_000;
const REMEMBER_MS = 5 * 60_000;
const KEPT_BYTES = 128 * 1024 * 1024;
/** Function modules that are kept for invocations that come without them. */
const MAX_MODULES = 256;
const ALIVE = encodeReply({ type: 'alive' });

/**
 * Serves invocations over HTTP: `POST /` runs one and streams its events as the response, `GET /metadata` tells what runs
 * here, `GET /health` whether it takes work.
 */
export class HttpWorker {
  readonly #options: HttpWorkerOptions;
  readonly #server: Server;
  readonly #pool: ProcessPool;
  readonly #runs: RunRegistry;
  readonly #modules = new Map<string, ShippedModule>();
  #draining = false;

  private constructor(options: HttpWorkerOptions) {
    this.#options = options;
    const { concurrency, abandonMs = ABANDON_MS } = options;
    const command = {
      execPath: process.execPath,
      execArgv: process.execArgv,
      env: taskEnvironment(),
      cwd: process.cwd(),
    };
    this.#pool = new ProcessPool({ size: concurrency, command });
    this.#runs = new RunRegistry({
      pool: this.#pool,
      concurrency,
      abandonMs,
      keptBytes: KEPT_BYTES,
      rememberMs: REMEMBER_MS,
    });
    this.#server = createServer({ keepAliveTimeout: 620_000 }, (request, response) => {
      this.#serve(request, response).catch((error: unknown) => refuseBroken(response, error));
    });
  }

  /** Listens. @throws Error when the port cannot be had. */
  static async start(options: HttpWorkerOptions): Promise<HttpWorker> {
    const worker = new HttpWorker(options);
    await new Promise<void>((resolve, reject) => {
      worker.#server.once('error', reject);
      worker.#server.listen(options.port, options.host, resolve);
    });
    worker.#pool.prewarm(1);
    return worker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on a port
  }

  /** Takes no more work, gives back what has not started, finishes what runs, and ends. */
  async close(): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#runs.drain(this.#options.drainMs ?? DRAIN_MS);
    await this.#pool.close();
    this.#server.closeIdleConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://worker').pathname;
    const route = `${request.method} ${path}`;
    if (route === 'GET /health')
      return this.#draining ? refuse(response, 503, 'the worker is ending') : respond(response, { status: 'ok' });
    if (!this.#authorized(request)) return refuse(response, 401, 'the token is missing or wrong');
    if (route === 'GET /metadata') return respond(response, metadata());
    if (route === 'POST /') return this.#invoke(request, response);
    const known = ['/', '/metadata', '/health'].includes(path);
    refuse(response, known ? 405 : 404, `there is no ${route}`);
  }

  #authorized({ headers }: IncomingMessage): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    const given = Buffer.from(headers.authorization ?? '');
    const expected = Buffer.from(`Bearer ${token}`);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  async #invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#draining) return refuse(response, 503, 'the worker is ending', { 'retry-after': '1' });
    if (request.headers['content-type'] !== FRAMES_CONTENT_TYPE)
      return refuse(response, 415, `a body of type ${FRAMES_CONTENT_TYPE} is expected`);
    const body = await readBody(request, this.#options.maxBodyBytes);
    if (body === undefined)
      return refuse(response, 413, `the body is larger than ${this.#options.maxBodyBytes} bytes`, {
        connection: 'close',
      });
    const { invocation, module = this.#modules.get(invocation.module) } = decodeInvocationRequest(body);
    const found = this.#runs.find(invocation.id);
    if (found === 'busy') return refuse(response, 429, 'every process of this worker is busy', { 'retry-after': '1' });
    if (found === 'ran-already')
      return refuse(response, RAN_ALREADY, 'this invocation has run, and its events were read');
    if (found !== undefined) return send(response, found);
    if (request.headers[RESUME_HEADER] !== undefined)
      return refuse(response, NOT_RUN_HERE, 'this worker has not run that invocation');
    if (module === undefined) return refuse(response, MODULE_NEEDED, 'send the function module too');
    this.#keep(module);
    return send(response, this.#runs.start(invocation, module));
  }

  #keep(module: ShippedModule): void {
    this.#modules.delete(module.hash);
    this.#modules.set(module.hash, module);
    const [oldest] = this.#modules.keys();
    if (this.#modules.size > MAX_MODULES && oldest !== undefined) this.#modules.delete(oldest);
  }
}

/** Streams a journal; a cut connection ends the reading, not the run. */
async function send(response: ServerResponse, journal: RunJournal): Promise<void> {
  response.writeHead(200, {
    'content-type': FRAMES_CONTENT_TYPE,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const cut = new AbortController();
  response.once('close', () => cut.abort());
  const alive = setInterval(() => {
    if (response.writableLength === 0) writeFrame(response, ALIVE);
  }, SILENCE_MS / 3);
  try {
    for await (const frame of journal.read(cut.signal)) {
      if (writeFrame(response, frame)) continue;
      await once(response, 'drain', { signal: cut.signal }).catch(() => {}); // the reading ends by the signal
    }
    response.end();
  } finally {
    clearInterval(alive);
  }
}

/** In one go, so that no other frame gets into it. @returns whether more may be written now */
function writeFrame(response: ServerResponse, frame: readonly Uint8Array[]): boolean {
  let more = true;
  for (const piece of frame) more = response.write(piece);
  return more;
}

/** Undefined when it is larger than allowed; the rest is not read then. */
async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > most) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function metadata(): object {
  return {
    protocol: PROTOCOL_VERSION,
    nodeVersion: process.version,
    platform: process.platform,
    arch: process.arch,
  };
}

function respond(response: ServerResponse, content: object, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
}

function refuse(response: ServerResponse, status: number, message: string, headers?: Record<string, string>): void {
  respond(response, { error: message }, status, headers);
}

function refuseBroken(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  if (error instanceof ProtocolError) refuse(response, 400, error.message);
  else refuse(response, 500, 'the request could not be read', { connection: 'close' });
}

/** What is the worker's own is not for tasks to see. */
function taskEnvironment(): NodeJS.ProcessEnv {
  const { LITHOPS_WORKER_TOKEN: _, ...env } = process.env;
  return env;
}
