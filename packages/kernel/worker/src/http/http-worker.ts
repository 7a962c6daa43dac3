import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProcessPool } from '../pool/process-pool.ts';
import { PROTOCOL_VERSION, ProtocolError } from '../protocol/index.ts';
import { makeExpendable } from '../remote/expendable.ts';
import {
  decodeInvocationRequest,
  FRAMES_CONTENT_TYPE,
  INVOCATIONS_PATH,
  MODULE_NEEDED,
  NOT_RUN_HERE,
  RAN_ALREADY,
  RELAYED_HEADER,
  RESUME_HEADER,
  WORKER_HEADER,
} from './http-messages.ts';
import { KeptModules } from './kept-modules.ts';
import { ownAddress } from './own-address.ts';
import { readBody } from './read-body.ts';
import { relay } from './relay.ts';
import { RunRegistry } from './run-registry.ts';
import { sendJournal } from './send-journal.ts';

export interface HttpWorkerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Requests must carry it as `Authorization: Bearer <token>`. Absent: the platform in front decides who gets here. */
  readonly token: string | undefined;
  /** Invocations at once, each in a process of its own. */
  readonly concurrency: number;
  readonly maxBodyBytes: number;
  /** MB of heap for each process. Absent: Node's own. */
  readonly heapMegabytes?: number | undefined;
  /** How long a run goes on when its connection was cut, in ms: its client may come back. Default 10 s. */
  readonly abandonMs?: number | undefined;
  /** Time to finish what runs when the worker is told to end, in ms. Default 8 s: platforms kill after 10. */
  readonly drainMs?: number | undefined;
}

const ABANDON_MS = 10_000;
const DRAIN_MS = 8_000;
const REMEMBER_MS = 5 * 60_000;
const KEPT_BYTES = 128 * 1024 * 1024;

/**
 * Serves invocations over HTTP: `POST /` runs one and streams its events as the response, `DELETE /invocations/<id>` ends one,
 * `GET /metadata` tells what runs here, `GET /health` whether it takes work. What concerns an invocation that another worker
 * runs is passed on to that one.
 */
export class HttpWorker {
  readonly #options: HttpWorkerOptions;
  readonly #server: Server;
  readonly #pool: ProcessPool;
  readonly #runs: RunRegistry;
  readonly #modules = new KeptModules();
  #draining = false;
  /** Where other workers reach this one. */
  #address = '';

  private constructor(options: HttpWorkerOptions) {
    this.#options = options;
    const { concurrency, heapMegabytes, abandonMs = ABANDON_MS } = options;
    const command = {
      execPath: process.execPath,
      execArgv: [
        ...process.execArgv,
        // Externals are looked up as imports are, from a folder that the module itself is not in.
        '--experimental-import-meta-resolve',
        ...(heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`]),
      ],
      env: taskEnvironment(),
      cwd: process.cwd(),
    };
    this.#pool = new ProcessPool({ size: concurrency, command, onSpawn: makeExpendable });
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
    worker.#address = ownAddress(worker.port);
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
    response.setHeader(WORKER_HEADER, this.#address);
    const route = `${request.method} ${path}`;
    if (route === 'GET /health')
      return this.#draining ? refuse(response, 503, 'the worker is ending') : respond(response, { status: 'ok' });
    if (!this.#authorized(request)) return refuse(response, 401, 'the token is missing or wrong');
    if (route === 'GET /metadata') return respond(response, metadata());
    if (route === 'POST /') return this.#invoke(request, response);
    if (request.method === 'DELETE' && path.startsWith(INVOCATIONS_PATH))
      return this.#cancel(decodeURIComponent(path.slice(INVOCATIONS_PATH.length)), request, response);
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
    if (request.headers['content-type'] !== FRAMES_CONTENT_TYPE)
      return refuse(response, 415, `a body of type ${FRAMES_CONTENT_TYPE} is expected`);
    const body = await readBody(request, this.#options.maxBodyBytes);
    if (body === undefined)
      return refuse(response, 413, `the body is larger than ${this.#options.maxBodyBytes} bytes`, {
        connection: 'close',
      });
    const { invocation, modules } = decodeInvocationRequest(body);
    const resumed = request.headers[RESUME_HEADER];
    const found = this.#runs.find(invocation.id);
    if (found === undefined || found === 'busy') {
      if (resumed !== undefined) return this.#elsewhere(request, body, response);
      if (this.#draining) return refuse(response, 503, 'the worker is ending', { 'retry-after': '1' });
      if (found === 'busy')
        return refuse(response, 429, 'every process of this worker is busy', { 'retry-after': '1' });
      // Whoever has gone before he was told anything does not come back for it.
      if (response.destroyed) return;
      for (const module of modules) this.#modules.keep(module);
      const complete = this.#modules.complete(invocation);
      if (complete === undefined) return refuse(response, MODULE_NEEDED, 'send the modules too');
      return sendJournal(response, this.#runs.start(complete.invocation, complete.module));
    }
    if (found === 'ran-already')
      return refuse(response, RAN_ALREADY, 'this invocation has run, and its events were read');
    if (found === 'cancelled') return refuse(response, RAN_ALREADY, 'this invocation was cancelled');
    return sendJournal(response, found);
  }

  async #cancel(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#runs.cancel(id)) return respond(response, { cancelled: id });
    return this.#elsewhere(request, new Uint8Array(), response);
  }

  /** For the worker that runs the invocation, if the request says which and this is the first that it came to. */
  async #elsewhere(request: IncomingMessage, body: Uint8Array, response: ServerResponse): Promise<void> {
    const { [RESUME_HEADER]: address, [RELAYED_HEADER]: relayed } = request.headers;
    const other = typeof address === 'string' && relayed === undefined && address !== this.#address;
    if (other && (await relay(request, body, address, response))) return;
    refuse(response, NOT_RUN_HERE, 'this worker has not run that invocation');
  }
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
