import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ApiError, invalid } from './api-error.ts';
import type { Faults } from './faults.ts';
import { describe, type ObjectStore, type StoredObject } from './object-store.ts';
import { Uploads } from './uploads.ts';
import type { Verifier } from './verifier.ts';

/** What is to go wrong with an answer. */
const faultOf = new WeakMap<ServerResponse, string>();

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** Of the path, decoded: bucket, and name or session. */
  readonly bucket: string;
  readonly name: string;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly parameters: readonly string[];
  readonly run: (call: Call) => Promise<void>;
}

/** Answers requests as the service does, or not at all. */
export class Requests {
  readonly #store: ObjectStore;
  readonly #uploads: Uploads;
  readonly #verifier: Verifier;
  readonly #faults: Faults;
  readonly #log: string[] = [];
  readonly #routes: readonly Route[];

  constructor(store: ObjectStore, verifier: Verifier, faults: Faults) {
    this.#store = store;
    this.#uploads = new Uploads(store);
    this.#verifier = verifier;
    this.#faults = faults;
    const upload = ['uploadType', 'name', 'ifGenerationMatch', 'upload_id'];
    this.#routes = [
      { method: 'POST', path: /^\/storage\/v1\/b$/, parameters: ['project'], run: (call) => this.#createBucket(call) },
      { method: 'GET', path: /^\/storage\/v1\/b\/([^/]+)$/, parameters: [], run: (call) => this.#bucket(call) },
      {
        method: 'GET',
        path: /^\/storage\/v1\/b\/([^/]+)\/o$/,
        parameters: ['prefix', 'maxResults', 'pageToken', 'fields'],
        run: (call) => this.#list(call),
      },
      {
        method: 'GET',
        path: /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/,
        parameters: ['alt', 'generation'],
        run: (call) => this.#object(call),
      },
      {
        method: 'DELETE',
        path: /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/,
        parameters: [],
        run: (call) => this.#delete(call),
      },
      {
        method: 'POST',
        path: /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/,
        parameters: upload,
        run: (call) => this.#upload(call),
      },
      {
        method: 'PUT',
        path: /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/,
        parameters: upload,
        run: (call) => this.#resume(call),
      },
      {
        method: 'DELETE',
        path: /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/,
        parameters: upload,
        run: (call) => this.#cancel(call),
      },
    ];
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://simulator');
    if (url.pathname.startsWith('/simulator/')) return this.#control(url.pathname, request, response);
    const fault = this.#faults.next();
    this.#log.push(`${request.method} ${url.pathname.replace(/\/b\/[^/]+/, '/b/-').replace(/\/o\/.+/, '/o/-')}`);
    try {
      if (fault === 'cut-before') return void request.socket.destroy();
      if (typeof fault === 'number')
        throw new ApiError(fault, fault === 429 ? 'rateLimitExceeded' : 'backendError', 'It is simulated.');
      if (fault !== undefined) faultOf.set(response, fault);
      await this.#answer(url, request, response);
    } catch (error) {
      // The rest of the body is of no interest, but must be read for the answer to be.
      request.resume();
      if (response.headersSent) return void response.destroy();
      const told = error instanceof ApiError ? error : new ApiError(500, 'internalError', String(error));
      sendJson(response, told.status, told);
    }
  }

  async #answer(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    if (url.searchParams.has('X-Goog-Signature')) return this.#bySignature(url, request, response);
    const route = this.#routes.find((one) => one.method === method && one.path.test(url.pathname));
    if (route === undefined) throw new ApiError(404, 'notFound', `Not Found: ${method} ${url.pathname}`);
    for (const parameter of url.searchParams.keys())
      if (![...route.parameters, 'prettyPrint'].includes(parameter)) throw invalid(`Unknown name "${parameter}"`);
    // The address of a session is a secret of its own.
    if (!url.searchParams.has('upload_id')) this.#verifier.assertToken(request);
    const [, bucket = '', name = ''] = route.path.exec(url.pathname) ?? [];
    await route.run({
      request,
      response,
      query: url.searchParams,
      bucket: decodeURIComponent(bucket),
      name: decodeURIComponent(name),
    });
  }

  async #bySignature(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    this.#verifier.assertSignedAddress(method, url, (request.headers.host ?? '').replace(/:\d+$/, ''));
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const name = decodeURIComponent(rest.join('/'));
    if (method === 'GET') return this.#send(this.#store.object(bucket, name, undefined), request, response);
    if (method !== 'PUT') throw new ApiError(405, 'methodNotAllowed', method);
    await this.#uploads.media(bucket, name, request);
    begin(response, 200, {})?.end();
  }

  async #createBucket({ request, response, query }: Call): Promise<void> {
    if (query.get('project') !== this.#verifier.project) throw new ApiError(400, 'invalid', 'Unknown project id');
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { name, location = 'US' }: { readonly name: string; readonly location?: string } = JSON.parse(
      Buffer.concat(chunks).toString(),
    );
    if (!/^[A-Za-z0-9-]+$/.test(location)) throw invalid('The specified location constraint is not valid.');
    this.#store.createBucket(name, this.#verifier.project);
    sendJson(response, 200, { kind: 'storage#bucket', name, location: location.toUpperCase() });
  }

  async #bucket({ response, bucket }: Call): Promise<void> {
    this.#store.objects(bucket);
    sendJson(response, 200, { kind: 'storage#bucket', id: bucket, name: bucket });
  }

  async #list({ response, query, bucket }: Call): Promise<void> {
    const most = Number(query.get('maxResults') ?? 1000);
    if (!(most >= 1 && most <= 1000)) throw invalid(`Invalid value for maxResults: ${most}`);
    const token = query.get('pageToken');
    const after = token === null ? undefined : Buffer.from(token, 'base64url');
    const names = this.#store
      .names(bucket, query.get('prefix') ?? '')
      .filter((name) => after === undefined || Buffer.compare(Buffer.from(name), after) > 0);
    const page = names.slice(0, most);
    const next = names.length > most ? { nextPageToken: Buffer.from(page.at(-1) ?? '').toString('base64url') } : {};
    const only = /^items\(([\w,]+)\),nextPageToken$/.exec(query.get('fields') ?? '')?.[1]?.split(',');
    if (query.has('fields') && only === undefined) throw invalid(`Invalid field selection ${query.get('fields')}`);
    const items = page
      .map((name) => Object.entries(describe(bucket, this.#store.object(bucket, name, undefined))))
      .map((facts) => Object.fromEntries(facts.filter(([fact]) => only === undefined || only.includes(fact))));
    sendJson(response, 200, { kind: 'storage#objects', ...(items.length > 0 && { items }), ...next });
  }

  async #object({ request, response, query, bucket, name }: Call): Promise<void> {
    const object = this.#store.object(bucket, name, query.get('generation') ?? undefined);
    if (query.get('alt') === 'media') return this.#send(object, request, response);
    sendJson(response, 200, describe(bucket, object));
  }

  async #delete({ response, bucket, name }: Call): Promise<void> {
    await this.#store.delete(bucket, name);
    begin(response, 204, {})?.end();
  }

  async #upload({ request, response, query, bucket }: Call): Promise<void> {
    const type = query.get('uploadType');
    if (type === 'multipart')
      return sendJson(response, 200, describe(bucket, await this.#uploads.multipart(bucket, query, request)));
    if (type !== 'resumable') throw invalid(`Invalid value for uploadType: ${type}`);
    const id = await this.#uploads.begin(bucket, query, request);
    const location = `http://${request.headers.host}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
    begin(response, 200, { location, 'content-length': 0 })?.end();
  }

  async #resume({ request, response, query, bucket }: Call): Promise<void> {
    const { object, arrived } = await this.#uploads.resume(query.get('upload_id') ?? '', request);
    if (object !== undefined) return sendJson(response, 200, describe(bucket, object));
    const range = arrived === 0 ? {} : { range: `bytes=0-${arrived - 1}` };
    begin(response, 308, { ...range, 'content-length': 0 })?.end();
  }

  async #cancel({ response, query }: Call): Promise<void> {
    await this.#uploads.cancel(query.get('upload_id') ?? '');
    begin(response, 499, { 'content-length': 0 })?.end();
  }

  async #send(object: StoredObject, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range } = request.headers;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (range !== undefined && from === undefined) throw invalid(`Invalid range: ${range}`);
    const start = Number(from ?? 0);
    if (from !== undefined && start >= object.size)
      throw new ApiError(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
    const end = Math.min(to ? Number(to) : object.size - 1, object.size - 1);
    const begun = begin(response, from === undefined ? 200 : 206, {
      'content-type': object.contentType,
      'content-length': end - start + 1,
      'x-goog-generation': object.generation,
      'x-goog-hash': `crc32c=${object.crc32c}`,
      'x-goog-stored-content-encoding': 'identity',
      ...(from !== undefined && { 'content-range': `bytes ${start}-${end}/${object.size}` }),
    });
    if (object.size === 0) begun?.end();
    if (object.size === 0 || begun === undefined) return;
    const bytes = this.#store.read(object, start, end);
    if (faultOf.get(response) === 'cut-within') bytes.once('data', () => bytes.destroy(new Error('It is simulated.')));
    await pipeline(bytes, response);
  }

  async #control(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (path === '/simulator/requests') return sendJson(response, 200, this.#log);
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    this.#faults.fault = JSON.parse(Buffer.concat(chunks).toString()) ?? undefined;
    begin(response, 204, {})?.end();
  }
}

function sendJson(response: ServerResponse, status: number, content: unknown): void {
  const text = Buffer.from(JSON.stringify(content));
  const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-length': text.length };
  begin(response, status, headers)?.end(text);
}

/** Begins an answer, unless its connection is to end now. */
function begin(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): ServerResponse | undefined {
  if (faultOf.get(response) !== 'cut-after') return response.writeHead(status, headers);
  response.destroy();
  return undefined;
}
