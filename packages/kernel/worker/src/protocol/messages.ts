import type { CallEvent, CallResults, CallTimes } from '../call-event.ts';
import type { Invocation, ResultLimits, ShippedModule } from '../invocation.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';
import { piecesOf } from './results-in-pieces.ts';

/** Raised when frames change in a way that the other side must know. Both ends must speak the same. */
export const PROTOCOL_VERSION = 1;

/** Client to worker. */
export type WorkerRequest =
  | { readonly type: 'hello'; readonly protocol: number }
  | { readonly type: 'module'; readonly module: ShippedModule }
  | { readonly type: 'run'; readonly channel: number; readonly invocation: Invocation }
  | { readonly type: 'recall'; readonly channel: number; readonly calls: readonly number[] }
  | { readonly type: 'cancel'; readonly channel: number }
  | { readonly type: 'forget'; readonly hash: string }
  | { readonly type: 'ping' };

/** Worker to client. */
export type WorkerReply =
  | { readonly type: 'ready'; readonly protocol: number; readonly facts: WorkerFacts }
  | { readonly type: 'event'; readonly channel: number; readonly event: CallEvent }
  /** Nothing more comes on the channel, after these results if there are any. */
  | { readonly type: 'finished'; readonly channel: number; readonly results?: CallResults }
  /** Says nothing but that the worker is there: the answer to `ping`, and on connections that may be cut without a word. */
  | { readonly type: 'alive' }
  | { readonly type: 'lost'; readonly channel: number; readonly death: WorkerDeath }
  | { readonly type: 'running'; readonly channel: number; readonly call: number };

/** What a worker tells about itself when it is ready. */
export interface WorkerFacts {
  readonly nodeVersion: string;
  readonly pid: number;
  readonly host: string;
  readonly platform: string;
  readonly arch: string;
  /** Invocations that it runs at once. */
  readonly concurrency: number;
}

/** How a worker process ended while calls were unanswered. */
export interface WorkerDeath {
  readonly exitCode?: number;
  readonly signal?: string;
  /** Killed for memory, by V8's heap limit or by the operating system. */
  readonly oom: boolean;
  /** Why it was ended, where it did not end by itself. */
  readonly reason?: string;
  /** The call that was running, where it is known. */
  readonly call?: number;
  /** What it last wrote to stderr, at most 2,000 characters. */
  readonly stderr: string;
}

const REQUEST = { hello: 1, module: 2, run: 3, recall: 4, cancel: 5, forget: 6, ping: 7 } as const;
const REPLY = {
  ready: 65,
  started: 66,
  log: 67,
  result: 68,
  error: 69,
  returned: 70,
  finished: 71,
  lost: 72,
  alive: 73,
  stored: 74,
  running: 75,
  expired: 76,
} as const;

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
    case 'run': {
      const { items, extraArgs, ...meta } = request.invocation;
      const payload = extraArgs === undefined ? [items] : [items, extraArgs];
      return encodeFrame(
        REQUEST.run,
        request.channel,
        { ...meta, lengths: payload.map((piece) => piece.byteLength) },
        payload,
      );
    }
    case 'recall':
      return encodeFrame(REQUEST.recall, request.channel, { calls: request.calls });
    case 'cancel':
      return encodeFrame(REQUEST.cancel, request.channel, {});
    case 'forget':
      return encodeFrame(REQUEST.forget, 0, { hash: request.hash });
    case 'ping':
      return encodeFrame(REQUEST.ping, 0, {});
  }
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
    default:
      throw new ProtocolError(`a request of unknown type ${frame.type}`);
  }
}

export function encodeReply(reply: WorkerReply): Uint8Array[] {
  switch (reply.type) {
    case 'ready':
      return encodeFrame(REPLY.ready, 0, { protocol: reply.protocol, facts: reply.facts });
    case 'finished':
      return reply.results === undefined
        ? encodeFrame(REPLY.finished, reply.channel, {})
        : encodeResults(REPLY.finished, reply.channel, reply.results);
    case 'alive':
      return encodeFrame(REPLY.alive, 0, {});
    case 'lost':
      return encodeFrame(REPLY.lost, reply.channel, reply.death);
    case 'running':
      return encodeFrame(REPLY.running, reply.channel, { call: reply.call });
    case 'event':
      return encodeEvent(reply.channel, reply.event);
  }
}

function encodeEvent(channel: number, event: CallEvent): Uint8Array[] {
  switch (event.type) {
    case 'started':
      return encodeFrame(REPLY.started, channel, {
        call: event.call,
        startedAt: event.startedAt,
        worker: event.worker,
      });
    case 'log':
      return encodeFrame(REPLY.log, channel, { call: event.call, stream: event.stream }, [Buffer.from(event.text)]);
    case 'result':
      return encodeResults(REPLY.result, channel, event);
    case 'stored':
      return encodeFrame(REPLY.stored, channel, {
        call: event.call,
        key: event.key,
        bytes: event.bytes,
        selfContained: event.selfContained,
        stats: event.stats,
      });
    case 'error':
      return encodeFrame(REPLY.error, channel, { call: event.call, cause: event.cause, stats: event.stats }, [
        event.error,
      ]);
    case 'expired': {
      const { calls, running } = event;
      return encodeFrame(REPLY.expired, channel, { calls, ...(running !== undefined && { running }) });
    }
    case 'returned':
      return encodeFrame(REPLY.returned, channel, { calls: event.calls });
  }
}

function encodeResults(type: number, channel: number, results: CallResults): Uint8Array[] {
  return encodeFrame(type, channel, { calls: results.calls, stats: results.stats }, piecesOf(results));
}

/** @throws ProtocolError when the frame is none of the replies or its content is malformed. */
export function decodeReply(frame: Frame): WorkerReply {
  const meta = record(frame.meta);
  const { channel, payload } = frame;
  switch (frame.type) {
    case REPLY.ready:
      return { type: 'ready', protocol: number(meta, 'protocol'), facts: decodeFacts(record(meta['facts'])) };
    case REPLY.finished:
      return 'calls' in meta
        ? { type: 'finished', channel, results: decodeResults(meta, payload) }
        : { type: 'finished', channel };
    case REPLY.alive:
      return { type: 'alive' };
    case REPLY.lost:
      return { type: 'lost', channel, death: decodeDeath(meta) };
    case REPLY.running:
      return { type: 'running', channel, call: number(meta, 'call') };
    case REPLY.started:
      return event(channel, {
        type: 'started',
        call: number(meta, 'call'),
        startedAt: number(meta, 'startedAt'),
        worker: string(meta, 'worker'),
      });
    case REPLY.log: {
      const stream = oneOf(meta, 'stream', ['stdout', 'stderr'] as const);
      const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString();
      return event(channel, { type: 'log', call: number(meta, 'call'), stream, text });
    }
    case REPLY.result:
      return event(channel, decodeResults(meta, payload));
    case REPLY.stored:
      return event(channel, {
        type: 'stored',
        call: number(meta, 'call'),
        key: string(meta, 'key'),
        bytes: number(meta, 'bytes'),
        selfContained: meta['selfContained'] === true,
        stats: decodeTimes(meta['stats'], 1),
      });
    case REPLY.error: {
      const cause = oneOf(meta, 'cause', ['thrown', 'serialization', 'module', 'storage'] as const);
      return event(channel, {
        type: 'error',
        call: number(meta, 'call'),
        error: payload,
        cause,
        stats: decodeTimes(meta['stats'], 1),
      });
    }
    case REPLY.expired:
      return event(channel, {
        type: 'expired',
        calls: numbers(meta, 'calls'),
        ...(meta['running'] !== undefined && { running: number(meta, 'running') }),
      });
    case REPLY.returned:
      return event(channel, { type: 'returned', calls: numbers(meta, 'calls') });
    default:
      throw new ProtocolError(`a reply of unknown type ${frame.type}`);
  }
}

function decodeResults(meta: Record<string, unknown>, values: Uint8Array): CallResults {
  const calls = numbers(meta, 'calls');
  return { type: 'result', calls, values, stats: decodeTimes(meta['stats'], calls.length) };
}

function event(channel: number, callEvent: CallEvent): WorkerReply {
  return { type: 'event', channel, event: callEvent };
}

function decodeInvocation(meta: Record<string, unknown>, payload: Uint8Array): Invocation {
  const [items, extraArgs] = split(payload, numbers(meta, 'lengths'));
  if (items === undefined) throw new ProtocolError('an invocation without items');
  const { env, task, results, log, limitMs } = meta;
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
    ...(results !== undefined && { results: decodeResultLimits(record(results)) }),
    ...(task !== undefined && { task: record(task) }),
  };
}

function decodeResultLimits(meta: Record<string, unknown>): ResultLimits {
  return { inlineBytes: number(meta, 'inlineBytes'), prefix: string(meta, 'prefix') };
}

function decodeFacts(meta: Record<string, unknown>): WorkerFacts {
  return {
    nodeVersion: string(meta, 'nodeVersion'),
    pid: number(meta, 'pid'),
    host: string(meta, 'host'),
    platform: string(meta, 'platform'),
    arch: string(meta, 'arch'),
    concurrency: number(meta, 'concurrency'),
  };
}

function decodeDeath(meta: Record<string, unknown>): WorkerDeath {
  return {
    ...(meta['exitCode'] !== undefined && { exitCode: number(meta, 'exitCode') }),
    ...(meta['signal'] !== undefined && { signal: string(meta, 'signal') }),
    ...(meta['call'] !== undefined && { call: number(meta, 'call') }),
    ...(meta['reason'] !== undefined && { reason: string(meta, 'reason') }),
    oom: meta['oom'] === true,
    stderr: string(meta, 'stderr'),
  };
}

function decodeTimes(value: unknown, count: number): CallTimes {
  const meta = record(value);
  const startedAt = numbers(meta, 'startedAt');
  const duration = numbers(meta, 'duration');
  if (startedAt.length !== count || duration.length !== count)
    throw new ProtocolError(`times for ${startedAt.length} of ${count} calls`);
  return {
    startedAt,
    duration,
    cpuTime: number(meta, 'cpuTime'),
    peakMemoryBytes: number(meta, 'peakMemoryBytes'),
    worker: string(meta, 'worker'),
    cold: meta['cold'] === true,
  };
}

function split(payload: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const length of lengths) {
    if (length < 0 || offset + length > payload.length) throw new ProtocolError('a payload shorter than its parts');
    pieces.push(payload.subarray(offset, offset + length));
    offset += length;
  }
  if (offset !== payload.length) throw new ProtocolError('a payload longer than its parts');
  return pieces;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null)
    throw new ProtocolError(`an object was expected, not ${typeof value}`);
  return value as Record<string, unknown>; // any object may be read by key
}

function number(meta: Record<string, unknown>, key: string): number {
  const value = meta[key];
  if (typeof value !== 'number') throw new ProtocolError(`${key} is ${typeof value}, not a number`);
  return value;
}

function string(meta: Record<string, unknown>, key: string): string {
  const value = meta[key];
  if (typeof value !== 'string') throw new ProtocolError(`${key} is ${typeof value}, not a string`);
  return value;
}

function numbers(meta: Record<string, unknown>, key: string): number[] {
  const value = meta[key];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'number'))
    throw new ProtocolError(`${key} is no list of numbers`);
  return value;
}

function stringRecord(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value));
  for (const [key, entry] of entries) {
    if (typeof entry !== 'string') throw new ProtocolError(`env ${key} is ${typeof entry}, not a string`);
  }
  return Object.fromEntries(entries) as Record<string, string>; // checked above
}

function oneOf<const Allowed extends string>(
  meta: Record<string, unknown>,
  key: string,
  allowed: readonly Allowed[],
): Allowed {
  const value = allowed.find((candidate) => candidate === meta[key]);
  if (value === undefined) throw new ProtocolError(`${key} is none of ${allowed.join(', ')}`);
  return value;
}
