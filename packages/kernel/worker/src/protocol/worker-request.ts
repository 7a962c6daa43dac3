import type { Invocation, ResultLimits, ShippedModule } from '../invocation.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { type Meta, number, numbers, record, split, string, stringRecord } from './meta-fields.ts';
import { ProtocolError } from './protocol-error.ts';

/** Client to worker. */
export type WorkerRequest =
  | { readonly type: 'hello'; readonly protocol: number }
  | { readonly type: 'module'; readonly module: ShippedModule }
  | { readonly type: 'run'; readonly channel: number; readonly invocation: Invocation }
  | { readonly type: 'recall'; readonly channel: number; readonly calls: readonly number[] }
  | { readonly type: 'cancel'; readonly channel: number }
  | { readonly type: 'forget'; readonly hash: string }
  | { readonly type: 'ping' }
  | { readonly type: 'spawn'; readonly process: number; readonly line: DirectLine }
  | { readonly type: 'kill'; readonly process: number };

/** How a worker process is to talk to the client, past its supervisor. */
export interface DirectLine {
  /** Path of the Unix socket, as the supervisor sees it, at which the client listens. */
  readonly socket: string;
  /** Shown there once for each stream of the process. */
  readonly token: string;
  /** Path of the file that the process shares with the client. */
  readonly file: string;
}

const REQUEST = { hello: 1, module: 2, run: 3, recall: 4, cancel: 5, forget: 6, ping: 7, spawn: 8, kill: 9 } as const;

export function encodeRequest(request: WorkerRequest): Uint8Array[] {
  switch (request.type) {
    case 'hello':
      return encodeFrame(REQUEST.hello, 0, { protocol: request.protocol });
    case 'module': {
      const { hash, code, assets } = request.module;
      const source = Buffer.from(code);
      const lengths = [source.length, ...assets.map((asset) => asset.byteLength)];
      return encodeFrame(REQUEST.module, 0, { hash, lengths }, [source, ...assets]);
    }
    case 'run':
      return encodeInvocation(request.channel, request.invocation);
    case 'recall':
      return encodeFrame(REQUEST.recall, request.channel, { calls: request.calls });
    case 'cancel':
      return encodeFrame(REQUEST.cancel, request.channel, {});
    case 'forget':
      return encodeFrame(REQUEST.forget, 0, { hash: request.hash });
    case 'ping':
      return encodeFrame(REQUEST.ping, 0, {});
    case 'spawn':
      return encodeFrame(REQUEST.spawn, 0, { process: request.process, line: request.line });
    case 'kill':
      return encodeFrame(REQUEST.kill, 0, { process: request.process });
  }
}

/** Field by field: to copy all of an invocation but its bytes takes longer than to write it, where calls are tiny. */
function encodeInvocation(channel: number, invocation: Invocation): Uint8Array[] {
  const { items, extraArgs, id, executorId, jobId, attempt, module, calls, passContext } = invocation;
  const { env, log, limitMs, priority, noteEach, results, task } = invocation;
  const payload = extraArgs === undefined ? [items] : [items, extraArgs];
  const lengths = extraArgs === undefined ? [items.byteLength] : [items.byteLength, extraArgs.byteLength];
  const meta = {
    id,
    executorId,
    jobId,
    attempt,
    module,
    calls,
    passContext,
    lengths,
    env,
    log,
    limitMs,
    priority,
    noteEach,
    results,
    task,
  };
  return encodeFrame(REQUEST.run, channel, meta, payload);
}

/** @throws ProtocolError when the frame is none of the requests or its content is malformed. */
export function decodeRequest(frame: Frame): WorkerRequest {
  const meta = record(frame.meta);
  const { channel } = frame;
  switch (frame.type) {
    case REQUEST.hello:
      return { type: 'hello', protocol: number(meta, 'protocol') };
    case REQUEST.module: {
      const [source, ...assets] = split(frame.payload, numbers(meta, 'lengths'));
      if (source === undefined) throw new ProtocolError('a module without code');
      const code = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString();
      return { type: 'module', module: { hash: string(meta, 'hash'), code, assets } };
    }
    case REQUEST.run:
      return { type: 'run', channel, invocation: decodeInvocation(meta, frame.payload) };
    case REQUEST.recall:
      return { type: 'recall', channel, calls: numbers(meta, 'calls') };
    case REQUEST.cancel:
      return { type: 'cancel', channel };
    case REQUEST.forget:
      return { type: 'forget', hash: string(meta, 'hash') };
    case REQUEST.ping:
      return { type: 'ping' };
    case REQUEST.spawn: {
      const line = record(meta['line']);
      const [socket, token, file] = [string(line, 'socket'), string(line, 'token'), string(line, 'file')];
      return { type: 'spawn', process: number(meta, 'process'), line: { socket, token, file } };
    }
    case REQUEST.kill:
      return { type: 'kill', process: number(meta, 'process') };
    default:
      throw new ProtocolError(`a request of unknown type ${frame.type}`);
  }
}

function decodeInvocation(meta: Meta, payload: Uint8Array): Invocation {
  const [items, extraArgs] = split(payload, numbers(meta, 'lengths'));
  if (items === undefined) throw new ProtocolError('an invocation without items');
  const { env, task, results, log, limitMs, priority, noteEach } = meta;
  return {
    id: string(meta, 'id'),
    executorId: string(meta, 'executorId'),
    jobId: string(meta, 'jobId'),
    attempt: number(meta, 'attempt'),
    module: string(meta, 'module'),
    calls: numbers(meta, 'calls'),
    passContext: meta['passContext'] === true,
    items,
    ...(extraArgs && { extraArgs }),
    ...(env !== undefined && { env: stringRecord(env) }),
    ...(log !== undefined && { log: string(meta, 'log') }),
    ...(limitMs !== undefined && { limitMs: number(meta, 'limitMs') }),
    ...(priority !== undefined && { priority: number(meta, 'priority') }),
    ...(noteEach === true && { noteEach }),
    ...(results !== undefined && { results: decodeResultLimits(record(results)) }),
    ...(task !== undefined && { task: record(task) }),
  };
}

function decodeResultLimits(meta: Meta): ResultLimits {
  return { inlineBytes: number(meta, 'inlineBytes'), prefix: string(meta, 'prefix') };
}
