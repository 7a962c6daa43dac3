import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server whose behaviour a test decides. */
export interface RangeServer extends AsyncDisposable {
  readonly url: string;
  /** Of each request: its `Range`, or `whole`. */
  readonly asked: string[];
  answer: Answer;
}

export async function startServer(answer: Answer): Promise<RangeServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.range ?? 'whole');
    running.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const running: RangeServer = {
    url: `http://127.0.0.1:${port}/data.txt`,
    asked,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return running;
}

/** What a good server does, RFC 9110. */
export function serve(content: Buffer, headers: Readonly<Record<string, string>> = { etag: '"v1"' }): Answer {
  return (request, response) => {
    const range = rangeOf(request, content.length);
    if (request.headers['if-match'] !== undefined && request.headers['if-match'] !== headers['etag'])
      return void response.writeHead(412).end();
    if (range === undefined)
      return void response.writeHead(200, { ...headers, 'content-length': content.length }).end(content);
    if (range.start >= content.length)
      return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    const part = content.subarray(range.start, range.end);
    response
      .writeHead(206, {
        ...headers,
        'content-length': part.length,
        'content-range': `bytes ${range.start}-${range.start + part.length - 1}/${content.length}`,
      })
      .end(part);
  };
}

export function rangeOf(
  { headers }: IncomingMessage,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  return start === undefined ? undefined : { start: Number(start), end: Math.min(size, Number(last) + 1) };
}
