import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { FaultList } from '@lithops-tools/services';
import type { ApiFault } from '../faults.ts';
import type { GarbageCollector } from '../objects/garbage-collector.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { authenticated, authorize, type User, type Verb } from './access.ts';
import { deleteOptions } from './delete-options.ts';
import { discovery } from './discovery.ts';
import { Lists, selectorOf } from './lists.ts';
import type { ObjectWriter, Write } from './object-writer.ts';
import { openApi } from './openapi.ts';
import { patchBody } from './patch-body.ts';
import { bodyOf, objectIn, textOf } from './request-body.ts';
import { type RequestTarget, requestTarget } from './request-target.ts';
import { accessReview } from './self-reviews.ts';
import { badRequest, conflict, pathNotFound, qualified, StatusError } from './status-error.ts';
import type { WatchStreams } from './watch-stream.ts';
import { fieldManagerRequired, writeOptions } from './write-options.ts';

export interface ApiParts {
  readonly store: ObjectStore;
  readonly writer: ObjectWriter;
  readonly collector: GarbageCollector;
  readonly watches: WatchStreams;
  readonly users: () => readonly User[];
  readonly address: string;
  /** What a pod's containers have written. */
  readonly podLog: (namespace: string, name: string, query: URLSearchParams) => Promise<string>;
}

interface Call {
  readonly target: RequestTarget;
  readonly verb: Verb;
  readonly user: User;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: ApiFault | undefined;
}

interface Answer {
  readonly code: number;
  readonly content: object | string;
  readonly warnings?: readonly string[];
}

const OPTIONS_OF: Partial<Record<Verb, string>> = { create: 'CreateOptions', update: 'UpdateOptions' };

/** Answers requests as kube-apiserver does. */
export class ApiServer {
  readonly faults: FaultList<ApiFault> = new FaultList();
  /** Requests so far, as `<verb> <resource>`. */
  readonly requests: string[] = [];
  readonly #parts: ApiParts;
  readonly #lists: Lists;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#lists = new Lists(parts.store);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      request.resume(); // the rest of the body must be read for the answer to be
      if (response.headersSent) return void response.destroy();
      const told = error instanceof StatusError ? error : internal(error);
      const seconds = told.details?.retryAfterSeconds;
      if (seconds !== undefined) response.setHeader('retry-after', seconds);
      send(response, { code: told.code, content: told }, undefined);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://kubernetes');
    if (/^\/(livez|readyz|healthz)$/.test(pathname)) return send(response, { code: 200, content: 'ok' }, undefined);
    const user = authenticated(this.#parts.users(), request.headers.authorization);
    const said = request.method === 'GET' ? (discovery(pathname, this.#parts.address) ?? openApi(pathname)) : undefined;
    if (said !== undefined) return send(response, { code: 200, content: said }, undefined);
    if (pathname === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews' && request.method === 'POST')
      return send(response, { code: 201, content: accessReview(user, await bodyOf(request)) }, undefined);
    const target = requestTarget(pathname);
    if (target === undefined) throw pathNotFound();
    const verb = verbOf(request.method ?? '', target, query);
    this.requests.push(`${verb} ${target.kind.plural}`);
    const fault = this.faults.next(
      ({ verb: only = verb, resource }) =>
        only === verb && [undefined, target.kind.plural, qualified(target.kind)].includes(resource),
    );
    if (fault?.delayMs !== undefined) await delay(fault.delayMs);
    if (fault?.cut === 'before') return void request.socket.destroy();
    if (fault?.status !== undefined) throw simulated(fault);
    authorize(user, { verb, ...target });
    const call: Call = { target, verb, user, query, request, response, fault };
    if (verb === 'watch') return this.#watch(call);
    send(response, await this.#carriedOut(call), fault);
  }

  async #carriedOut(call: Call): Promise<Answer> {
    const { target, verb, query, request } = call;
    const { kind, namespace, name, subresource } = target;
    if (subresource === 'log') return { code: 200, content: await this.#parts.podLog(namespace, name, query) };
    if (verb === 'get') return { code: 200, content: this.#parts.store.get(kind, namespace, name) };
    if (verb === 'list') return { code: 200, content: this.#lists.page(target, query) };
    const text = await textOf(request);
    if (verb === 'delete') return this.#delete(call, text);
    if (verb === 'deletecollection') return this.#deleteCollection(call, text);
    const warnings: string[] = [];
    const options = writeOptions(query, request.headers, OPTIONS_OF[verb] ?? 'PatchOptions');
    const write: Write = { target, options, user: call.user.name, warn: (warning) => void warnings.push(warning) };
    const { writer } = this.#parts;
    if (verb === 'create') {
      if (subresource !== '' || name !== '') throw methodNotAllowed();
      return { code: 201, content: writer.create(write, objectIn(text)), warnings };
    }
    if (verb === 'update') return { code: 200, content: writer.replace(write, objectIn(text)), warnings };
    const patch = patchBody(kind, request.headers['content-type'] ?? '', text);
    if ('patched' in patch) return { code: 200, content: writer.patch(write, patch.patched), warnings };
    if (!options.fieldManagerGiven) throw fieldManagerRequired();
    const known = this.#parts.store.find(kind, namespace, name) !== undefined;
    const mayCreate = () => authorize(call.user, { verb: 'create', ...target });
    return { code: known ? 200 : 201, content: writer.apply(write, patch.apply, mayCreate), warnings };
  }

  #delete({ target, query }: Call, text: string): Answer {
    const { kind, namespace, name } = target;
    const options = deleteOptions(text, query);
    const object = this.#parts.store.get(kind, namespace, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if ((uid ?? object.metadata.uid) !== object.metadata.uid) throw conflict(kind, name);
    if ((resourceVersion ?? object.metadata.resourceVersion) !== object.metadata.resourceVersion)
      throw conflict(kind, name);
    if (options.dryRun) return { code: 200, content: object };
    const deleted = this.#parts.collector.delete(kind, object, options.propagation);
    if (this.#parts.store.find(kind, namespace, name) !== undefined) return { code: 200, content: deleted };
    const { metadata } = object;
    const details = { name, ...(kind.group !== '' && { group: kind.group }), kind: kind.plural, uid: metadata.uid };
    return { code: 200, content: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } };
  }

  #deleteCollection({ target, query }: Call, text: string): Answer {
    const { kind, namespace } = target;
    const options = deleteOptions(text, query);
    const list = this.#lists.page(target, query);
    const matches = selectorOf(target, query);
    if (!options.dryRun)
      for (const object of this.#parts.store.list(kind, namespace).filter(matches))
        this.#parts.collector.delete(kind, object, options.propagation);
    return { code: 200, content: list };
  }

  #watch({ target, query, response, request }: Call): void {
    const { kind, namespace, name } = target;
    const byName = name === '' ? () => true : (object: { metadata: { name: string } }) => object.metadata.name === name;
    const matches = selectorOf(target, query);
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    request.resume();
    const sendInitialEvents = query.get('sendInitialEvents') === 'true';
    if (sendInitialEvents && query.get('resourceVersionMatch') !== 'NotOlderThan')
      throw badRequest('resourceVersionMatch must be NotOlderThan where sendInitialEvents is set');
    this.#parts.watches.start(
      {
        kind,
        namespace,
        matches: (object) => byName(object) && matches(object),
        resourceVersion: sendInitialEvents ? undefined : (query.get('resourceVersion') ?? undefined),
        bookmarks: query.get('allowWatchBookmarks') === 'true',
        sendInitialEvents,
        timeoutSeconds: seconds > 0 ? seconds : undefined,
      },
      response,
    );
  }
}

function verbOf(method: string, { name }: RequestTarget, query: URLSearchParams): Verb {
  if (method === 'GET' || method === 'HEAD') {
    if (/^(true|1)$/.test(query.get('watch') ?? '')) return 'watch';
    return name === '' ? 'list' : 'get';
  }
  if (method === 'POST') return 'create';
  if (method === 'DELETE') return name === '' ? 'deletecollection' : 'delete';
  if (name !== '' && method === 'PUT') return 'update';
  if (name !== '' && method === 'PATCH') return 'patch';
  throw methodNotAllowed();
}

function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

const MESSAGES: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden: it is simulated'],
  429: ['TooManyRequests', 'The server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'etcdserver: leader changed'],
  504: ['Timeout', 'Timeout: request did not complete within requested timeout'],
};

function simulated({ status = 500, retryAfterSeconds = status === 429 ? 1 : undefined }: ApiFault): StatusError {
  const timedOut = ['InternalError', 'Internal error occurred: etcdserver: request timed out'] as const;
  const [reason, message] = MESSAGES[status] ?? timedOut;
  return new StatusError(status, reason, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}

function internal(error: unknown): StatusError {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${told}`);
}

function send(response: ServerResponse, { code, content, warnings = [] }: Answer, fault: ApiFault | undefined): void {
  if (fault?.cut === 'after') return void response.destroy();
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const type = typeof content === 'string' ? 'text/plain' : 'application/json';
  if (warnings.length > 0)
    response.setHeader(
      'warning',
      warnings.map((warning) => `299 - ${JSON.stringify(warning)}`),
    );
  response.writeHead(code, { 'content-type': type, 'content-length': bytes.length });
  if (fault?.cut !== 'within') return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}
