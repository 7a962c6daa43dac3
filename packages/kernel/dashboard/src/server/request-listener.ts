import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { JournalLibrary } from '../history/journal-library.ts';
import type { OpenJobs } from '../history/open-jobs.ts';
import { type Access, isForeignRequest, isLoopbackHost } from './access.ts';
import type { EventStreams } from './event-streams.ts';
import { HttpError } from './http-error.ts';
import type { PageFileName, PageFiles } from './page-files.ts';
import { answer } from './routes.ts';

/** Nothing is loaded from elsewhere, nothing inline is run, nobody frames it. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

const FILES: ReadonlyMap<string, readonly [PageFileName, string]> = new Map([
  ['/', ['index.html', 'text/html; charset=utf-8']],
  ['/dashboard.js', ['dashboard.js', 'text/javascript; charset=utf-8']],
  ['/dashboard.css', ['dashboard.css', 'text/css; charset=utf-8']],
]);

export interface DashboardParts {
  readonly files: PageFiles;
  readonly library: JournalLibrary;
  readonly jobs: OpenJobs;
  readonly streams: EventStreams;
  readonly access: Access;
}

/** Only answers questions: by GET, from this machine, and with the cookie. */
export function requestListener(parts: DashboardParts): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    respond(parts, request, response).catch((error: unknown) => fail(response, error));
  };
}

async function respond(parts: DashboardParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLoopbackHost(request))
    throw new HttpError(
      403,
      'the dashboard answers to 127.0.0.1 and localhost only, not to other names of this machine',
    );
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpError(405, 'the dashboard only shows');
  const url = urlOf(request);
  const page = url.pathname === '/';
  const { access } = parts;
  if (page && access.hasToken(url)) {
    response.setHeader('set-cookie', access.cookie);
  } else {
    if (!page && isForeignRequest(request)) throw new HttpError(403, 'other pages may not ask the dashboard');
    if (!access.hasCookie(request))
      throw new HttpError(
        401,
        'open the address that `lithops dashboard` has printed: the token in it is missing or wrong',
      );
  }
  const file = FILES.get(url.pathname);
  if (file !== undefined) {
    const [name, type] = file;
    send(response, request, type, parts.files[name]);
  } else if (url.pathname === '/api/events') {
    if (request.method === 'HEAD') throw new HttpError(405, 'events are asked for by GET');
    parts.streams.open(response, () => jobOf(parts.jobs, url));
  } else {
    const found = await answer(url, parts.jobs);
    send(response, request, 'application/json; charset=utf-8', JSON.stringify(found ?? null));
  }
}

function jobOf(jobs: OpenJobs, { searchParams }: URL) {
  const [executorId, jobId] = (searchParams.get('job') ?? '').split('/');
  return executorId === undefined || jobId === undefined ? undefined : jobs.get(executorId, jobId);
}

/** @throws HttpError 400 */
function urlOf({ url = '/' }: IncomingMessage): URL {
  const parsed = url.startsWith('/') ? URL.parse(`http://dashboard${url}`) : null;
  if (parsed === null) throw new HttpError(400, 'the address is malformed');
  return parsed;
}

function send(response: ServerResponse, request: IncomingMessage, type: string, body: string | Uint8Array): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof HttpError ? error.status : 500;
  const message = error instanceof HttpError ? error.message : 'the dashboard could not answer';
  if (status === 405) response.setHeader('allow', 'GET, HEAD');
  // Text of ours only, and never taken for a page.
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}
