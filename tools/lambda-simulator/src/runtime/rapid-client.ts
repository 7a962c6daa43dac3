import { writeSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';

/**
 * The functions of the addon of Amazon's runtime client, over one connection to the Runtime API. As the addon does,
 * answers are written before `done` and `error` return, so that none is lost to an exit, and only `next` keeps the
 * process alive.
 */
interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Sockets in Node have the descriptor that the addon's would have. */
interface OpenSocket extends Socket {
  readonly _handle: { readonly fd: number };
}

const PATH = '/2018-06-01/runtime/invocation';
const [HOST = '', PORT = ''] = (process.env['AWS_LAMBDA_RUNTIME_API'] ?? '').split(':');
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

const waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
let received: Buffer[] = [];
let needed = 0;
let socket: OpenSocket | undefined;

export async function next(): Promise<{ bodyJson: string; headers: Record<string, unknown> }> {
  const open = await connected();
  open.ref();
  try {
    const { status, headers, body } = await exchange(`GET ${PATH}/next HTTP/1.1\r\nhost: ${HOST}:${PORT}\r\n\r\n`);
    if (status !== 200) throw new Error(`Failed to get next invocation, error ${status}`);
    return { bodyJson: body.toString('utf8'), headers };
  } finally {
    open.unref();
  }
}

export function done(requestId: string, body: string): void {
  post(`${PATH}/${requestId}/response`, body, '');
}

export function error(requestId: string, body: string, xray: string): void {
  const cause = xray === '' ? '' : `lambda-runtime-function-xray-error-cause: ${encodeURIComponent(xray)}\r\n`;
  post(`${PATH}/${requestId}/error`, body, cause);
}

function post(path: string, body: string, headers: string): void {
  const bytes = Buffer.from(body);
  const type = `host: ${HOST}:${PORT}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n`;
  exchange(`POST ${path} HTTP/1.1\r\n${type}${headers}\r\n`, bytes).catch(() => undefined); // told by the next `next`
}

function exchange(head: string, body?: Buffer): Promise<Reply> {
  if (socket === undefined) throw new Error('there is no connection to the Runtime API');
  const { fd } = socket._handle;
  const promise = new Promise<Reply>((resolve, reject) => waiting.push({ resolve, reject }));
  write(fd, body === undefined ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body]));
  return promise;
}

function write(fd: number, bytes: Buffer): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(PAUSE, 0, 0, 1);
    }
  }
}

async function connected(): Promise<OpenSocket> {
  if (socket !== undefined) return socket;
  const opened = createConnection({ host: HOST, port: Number(PORT), noDelay: true }) as OpenSocket; // it is one
  await new Promise<void>((resolve, reject) => opened.once('connect', resolve).once('error', reject));
  opened.on('data', (bytes: Buffer) => take(bytes));
  const lost = () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('Failed to get next invocation, error -1'));
  };
  opened.on('error', lost).on('close', lost);
  socket = opened;
  return opened;
}

/** Puts replies together; bytes are joined only when there are enough for one. */
function take(bytes: Buffer): void {
  received.push(bytes);
  while (received.reduce((sum, part) => sum + part.length, 0) >= needed) {
    const all = Buffer.concat(received);
    received = [all];
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) {
      needed = all.length + 1;
      return;
    }
    const [first = '', ...lines] = all.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => splitHeader(line)));
    needed = end + 4 + Number(headers['content-length'] ?? 0);
    if (all.length < needed) return;
    waiting.shift()?.resolve({ status: Number(first.split(' ')[1]), headers, body: all.subarray(end + 4, needed) });
    received = [all.subarray(needed)];
    needed = 1;
  }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
