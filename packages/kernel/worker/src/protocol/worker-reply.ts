import type { CallEvent, CallResults, CallTimes } from '../call-event.ts';
import { encodeFrame, type Frame } from './frame.ts';
import { type Meta, number, numbers, oneOf, record, string } from './meta-fields.ts';
import { ProtocolError } from './protocol-error.ts';
import { piecesOf, ResultsWithBody } from './results-in-pieces.ts';
import { placeInFile, type SpilledFrame } from './spilled-frame.ts';

/** Worker to client. */
export type WorkerReply =
  | { readonly type: 'ready'; readonly protocol: number; readonly facts: WorkerFacts }
  | { readonly type: 'event'; readonly channel: number; readonly event: CallEvent }
  /** Nothing more comes on the channel, after these results if there are any. */
  | { readonly type: 'finished'; readonly channel: number; readonly results?: CallResults }
  /** Says nothing but that the worker is there: the answer to `ping`, and on connections that may be cut without a word. */
  | { readonly type: 'alive' }
  | { readonly type: 'lost'; readonly channel: number; readonly death: WorkerDeath }
  | { readonly type: 'running'; readonly channel: number; readonly call: number }
  /** The end of a process that talks to the client by itself. */
  | { readonly type: 'exited'; readonly process: number; readonly exit: ProcessExit };

/** How a process ended that was started with `spawn`. */
export interface ProcessExit {
  readonly exitCode?: number;
  readonly signal?: string;
  /** By the system, not by V8's own limit. */
  readonly killedForMemory: boolean;
  /** Why it was not started. */
  readonly refusal?: string;
}

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
  /** Calls one of which was running, where several may have been. */
  readonly suspects?: readonly number[];
  /** What it last wrote to stderr, at most 2,000 characters. */
  readonly stderr: string;
}

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
  exited: 77,
} as const;

/** @param body where the last piece of its results is, which is not among the bytes then */
export function encodeReply(reply: WorkerReply, body?: SpilledFrame): Uint8Array[] {
  switch (reply.type) {
    case 'ready':
      return encodeFrame(REPLY.ready, 0, { protocol: reply.protocol, facts: reply.facts });
    case 'finished':
      return reply.results === undefined
        ? encodeFrame(REPLY.finished, reply.channel, {})
        : encodeResults(REPLY.finished, reply.channel, reply.results, body);
    case 'alive':
      return encodeFrame(REPLY.alive, 0, {});
    case 'lost':
      return encodeFrame(REPLY.lost, reply.channel, reply.death);
    case 'running':
      return encodeFrame(REPLY.running, reply.channel, { call: reply.call });
    case 'exited':
      return encodeFrame(REPLY.exited, 0, { process: reply.process, exit: reply.exit });
    case 'event':
      return encodeEvent(reply.channel, reply.event, body);
  }
}

function encodeEvent(channel: number, event: CallEvent, body: SpilledFrame | undefined): Uint8Array[] {
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
      return encodeResults(REPLY.result, channel, event, body);
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
      const { calls, running, suspects } = event;
      return encodeFrame(REPLY.expired, channel, {
        calls,
        ...(running !== undefined && { running }),
        ...(suspects !== undefined && { suspects }),
      });
    }
    case 'returned':
      return encodeFrame(REPLY.returned, channel, { calls: event.calls });
  }
}

function encodeResults(
  type: number,
  channel: number,
  results: CallResults,
  body: SpilledFrame | undefined,
): Uint8Array[] {
  const { calls, stats } = results;
  const pieces = piecesOf(results);
  if (body === undefined) return encodeFrame(type, channel, { calls, stats }, pieces);
  return encodeFrame(type, channel, { calls, stats, body }, pieces.slice(0, -1));
}

/** Where the last piece of its results is, if it is not in the frame. @throws ProtocolError when it does not say where */
export function spilledBodyOf({ type, meta }: Frame): SpilledFrame | undefined {
  if (type !== REPLY.result && type !== REPLY.finished) return undefined;
  const { body } = record(meta);
  return body === undefined ? undefined : placeInFile(body);
}

/**
 * @param body what {@link spilledBodyOf} says where to find
 * @throws ProtocolError when the frame is none of the replies or its content is malformed.
 */
export function decodeReply(frame: Frame, body?: Uint8Array<ArrayBuffer>): WorkerReply {
  const meta = record(frame.meta);
  const { channel, payload } = frame;
  switch (frame.type) {
    case REPLY.ready:
      return { type: 'ready', protocol: number(meta, 'protocol'), facts: decodeFacts(record(meta['facts'])) };
    case REPLY.finished:
      return 'calls' in meta
        ? { type: 'finished', channel, results: decodeResults(meta, payload, body) }
        : { type: 'finished', channel };
    case REPLY.alive:
      return { type: 'alive' };
    case REPLY.lost:
      return { type: 'lost', channel, death: decodeDeath(meta) };
    case REPLY.running:
      return { type: 'running', channel, call: number(meta, 'call') };
    case REPLY.exited:
      return { type: 'exited', process: number(meta, 'process'), exit: decodeExit(record(meta['exit'])) };
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
      return event(channel, decodeResults(meta, payload, body));
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
        ...(meta['suspects'] !== undefined && { suspects: numbers(meta, 'suspects') }),
      });
    case REPLY.returned:
      return event(channel, { type: 'returned', calls: numbers(meta, 'calls') });
    default:
      throw new ProtocolError(`a reply of unknown type ${frame.type}`);
  }
}

function decodeResults(meta: Meta, values: Uint8Array, body: Uint8Array<ArrayBuffer> | undefined): CallResults {
  const calls = numbers(meta, 'calls');
  const stats = decodeTimes(meta['stats'], calls.length);
  if ('body' in meta !== (body !== undefined)) throw new ProtocolError('results without the last of them');
  return body === undefined
    ? { type: 'result', calls, values, stats }
    : new ResultsWithBody(calls, values, body, stats);
}

function event(channel: number, callEvent: CallEvent): WorkerReply {
  return { type: 'event', channel, event: callEvent };
}

function decodeFacts(meta: Meta): WorkerFacts {
  return {
    nodeVersion: string(meta, 'nodeVersion'),
    pid: number(meta, 'pid'),
    host: string(meta, 'host'),
    platform: string(meta, 'platform'),
    arch: string(meta, 'arch'),
    concurrency: number(meta, 'concurrency'),
  };
}

function decodeDeath(meta: Meta): WorkerDeath {
  return {
    ...(meta['exitCode'] !== undefined && { exitCode: number(meta, 'exitCode') }),
    ...(meta['signal'] !== undefined && { signal: string(meta, 'signal') }),
    ...(meta['call'] !== undefined && { call: number(meta, 'call') }),
    ...(meta['suspects'] !== undefined && { suspects: numbers(meta, 'suspects') }),
    ...(meta['reason'] !== undefined && { reason: string(meta, 'reason') }),
    oom: meta['oom'] === true,
    stderr: string(meta, 'stderr'),
  };
}

function decodeExit(meta: Meta): ProcessExit {
  return {
    ...(meta['exitCode'] !== undefined && { exitCode: number(meta, 'exitCode') }),
    ...(meta['signal'] !== undefined && { signal: string(meta, 'signal') }),
    ...(meta['refusal'] !== undefined && { refusal: string(meta, 'refusal') }),
    killedForMemory: meta['killedForMemory'] === true,
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
