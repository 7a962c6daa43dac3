import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../objects/kube-object.ts';
import type { Change, ObjectStore } from '../objects/object-store.ts';
import { apiVersionOf, type ResourceKind } from '../objects/resource-kind.ts';
import type { Selector } from './selectors.ts';
import { badRequest, StatusError } from './status-error.ts';

export interface WatchRequest {
  readonly kind: ResourceKind;
  /** Empty for all. */
  readonly namespace: string;
  readonly matches: Selector;
  /** As given: undefined, `0`, or the version after which changes are told. */
  readonly resourceVersion: string | undefined;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean;
  readonly timeoutSeconds: number | undefined;
}

const BOOKMARK_MS = 60_000;
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** Streams that are open now; each tells the changes of one list. */
export class WatchStreams {
  readonly #store: ObjectStore;
  readonly #open = new Set<{ readonly response: ServerResponse; readonly end: (error?: StatusError) => void }>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Destroys the connections of all streams that are open. */
  cut(): void {
    for (const { response } of [...this.#open]) response.destroy();
  }

  /** Ends all streams with an event of type ERROR, as the API does when it cannot go on. */
  fail(error: StatusError): void {
    for (const { end } of [...this.#open]) end(error);
  }

  start(request: WatchRequest, response: ServerResponse): void {
    const { kind, resourceVersion } = request;
    const write = (type: string, object: object) => void response.write(`${JSON.stringify({ type, object })}\n`);
    const first = this.#firstEvents(request);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    if ('error' in first) return void response.end(`${JSON.stringify({ type: 'ERROR', object: first.error })}\n`);
    for (const { type, object } of first.events) write(type, object);
    const bookmark = (annotations?: object) => {
      const metadata = {
        resourceVersion: String(this.#store.version),
        ...(annotations !== undefined && { annotations }),
      };
      write('BOOKMARK', { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata });
    };
    if (request.sendInitialEvents) bookmark({ 'k8s.io/initial-events-end': 'true' });
    else if (request.bookmarks && resourceVersion === undefined) bookmark();
    const stop = this.#store.onChange((change) => {
      const event = eventOf(request, change);
      if (event !== undefined) write(event.type, event.object);
    });
    const seconds = request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    const timeout = setTimeout(() => stream.end(), seconds * 1000);
    const bookmarks = request.bookmarks ? setInterval(bookmark, BOOKMARK_MS) : undefined;
    const stream = {
      response,
      end: (error?: StatusError) => {
        if (error !== undefined) write('ERROR', error);
        response.end();
      },
    };
    this.#open.add(stream);
    response.once('close', () => {
      this.#open.delete(stream);
      stop();
      clearTimeout(timeout);
      clearInterval(bookmarks);
    });
  }

  /** What happened before the watch began. One that starts too far back learns so in its first event. */
  #firstEvents(
    request: WatchRequest,
  ):
    | { readonly events: readonly { readonly type: string; readonly object: KubeObject }[] }
    | { readonly error: StatusError } {
    const { kind, namespace, resourceVersion } = request;
    if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
      const objects = this.#store.list(kind, namespace).filter(request.matches);
      return { events: objects.map((object) => ({ type: 'ADDED', object })) };
    }
    if (!/^\d+$/.test(resourceVersion)) throw badRequest(`invalid resource version "${resourceVersion}"`);
    try {
      const changes = this.#store.changesSince(Number(resourceVersion));
      return { events: changes.flatMap((change) => eventOf(request, change) ?? []) };
    } catch (error) {
      if (error instanceof StatusError) return { error };
      throw error;
    }
  }
}

/** An object that comes to match was added, one that no longer does was deleted, as far as the stream can tell. */
function eventOf(
  { kind, namespace, matches }: WatchRequest,
  change: Change,
): { readonly type: string; readonly object: KubeObject } | undefined {
  if (change.kind !== kind) return undefined;
  if (namespace !== '' && change.object.metadata.namespace !== namespace) return undefined;
  const before = change.previous !== undefined && matches(change.previous);
  const after = change.type !== 'DELETED' && matches(change.object);
  if (!before && !after) return undefined;
  return { type: before ? (after ? 'MODIFIED' : 'DELETED') : 'ADDED', object: change.object };
}
