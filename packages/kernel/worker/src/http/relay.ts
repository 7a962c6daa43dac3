import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { RELAYED_HEADER } from './http-messages.ts';

/** Workers are neighbours; one that does not answer by then is gone. */
const CONNECT_MS = 2_000;
const PASSED_ON = ['authorization', 'content-type', 'lithops-resume'] as const;

/**
 * Passes a request on to the worker that can answer it: behind a load balancer a client cannot choose whom it asks.
 * @returns false when that worker is not to be reached; nothing has been answered then.
 */
export async function relay(
  asked: IncomingMessage,
  body: Uint8Array,
  address: string,
  response: ServerResponse,
): Promise<boolean> {
  const target = targetOf(address);
  if (target === undefined) return false;
  const passed = request({
    ...target,
    method: asked.method,
    path: asked.url,
    headers: { ...passedOn(asked.headers), [RELAYED_HEADER]: '1' },
    agent: false,
  });
  const timer = setTimeout(() => passed.destroy(new Error('it does not answer')), CONNECT_MS);
  response.once('close', () => passed.destroy());
  passed.end(body);
  let answer: IncomingMessage;
  try {
    [answer] = (await once(passed, 'response')) as [IncomingMessage]; // what node:http emits
  } catch {
    return response.destroyed;
  } finally {
    clearTimeout(timer);
  }
  // What breaks later breaks the answer; the client tries again.
  passed.on('error', () => response.destroy());
  answer.on('error', () => response.destroy());
  response.writeHead(answer.statusCode ?? 502, withoutHopHeaders(answer.headers));
  response.flushHeaders();
  answer.pipe(response);
  return true;
}

function targetOf(address: string): { readonly host: string; readonly port: string } | undefined {
  const [, host, port] = /^(\[[0-9a-f:]+\]|[0-9.]+):(\d{1,5})$/i.exec(address) ?? [];
  return host === undefined || port === undefined ? undefined : { host: host.replaceAll(/[[\]]/g, ''), port };
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}

function withoutHopHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, 'keep-alive': _alive, 'transfer-encoding': _encoding, ...rest } = headers;
  return rest;
}
