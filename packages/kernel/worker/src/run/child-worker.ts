import { writeSync, writevSync } from 'node:fs';
import { Socket } from 'node:net';
import { hostname } from 'node:os';
import { BusyPoll } from '../busy-poll.ts';
import type { CallEvent, CallResults } from '../call-event.ts';
import type { TaskSetup } from '../invocation.ts';
import {
  decodeRequest,
  encodeReply,
  encodeSpilledFrame,
  FrameReader,
  PROTOCOL_VERSION,
  ProtocolError,
  ResultsInPieces,
  SPILL_BYTES,
  SPILL_OFFSET,
  type SpilledFrame,
  type WorkerReply,
  type WorkerRequest,
} from '../protocol/index.ts';
import { captureProcessOutput } from './call-output.ts';
import { type ExecutionHost, InvocationExecution } from './invocation-execution.ts';
import { ModuleCache } from './module-cache.ts';
import { publishTaskScope } from './task-context.ts';

/** Where a worker process reads requests. */
export const REQUESTS_FD = 3;
/** Where it writes replies; blocking, so that what was written survives the process. */
export const REPLIES_FD = 4;
/** A file of its parent's where it notes the call that it runs. */
export const RECORD_FD = 5;

/** Serves one client on inherited descriptors until the client closes them: one invocation at a time. */
export function startChildWorker(): void {
  const modules = new ModuleCache();
  let execution: InvocationExecution | undefined;
  let setup: TaskSetup | undefined;
  const poll = new BusyPoll();

  const serve = (request: WorkerRequest): void => {
    switch (request.type) {
      case 'hello':
        return answerHello(request.protocol);
      case 'module':
        return modules.add(request.module);
      case 'run':
        setup = request.invocation.task ?? setup;
        // The parent has read all that came before.
        spillCursor = SPILL_OFFSET;
        void run(request.channel, setup === undefined ? request.invocation : { ...request.invocation, task: setup });
        return;
      case 'recall':
        return execution?.recall(request.calls);
      case 'cancel':
      case 'forget':
      case 'ping':
      case 'spawn':
      case 'kill':
        // A process of the pool is killed by its parent: nothing here could stop running code, free a module, or answer in time; and it has none below it.
        return;
    }
  };

  const run = async (
    channel: number,
    invocation: ConstructorParameters<typeof InvocationExecution>[0],
  ): Promise<void> => {
    if (execution !== undefined) throw new ProtocolError('a second invocation for a worker process that runs one');
    const emit = (event: CallEvent) => reply({ type: 'event', channel, event });
    const end = (results?: CallResults) => {
      execution = undefined;
      reply({ type: 'finished', channel, ...(results !== undefined && { results }) });
      // Who sends calls one by one waits for each of them.
      if (invocation.calls.length === 1) poll.begin();
    };
    const host: ExecutionHost = {
      load: (hash) => {
        // It was lost on the way, which is no fault of the calls: another process may get it whole.
        if (!modules.has(hash)) fatal(new ProtocolError(`function module ${hash} did not reach this worker`));
        return modules.load(hash);
      },
      emit,
      end,
      writesAtOnce: true,
      signal: neverAborted,
      record: recordCalls,
    };
    execution = new InvocationExecution(invocation, host);
    await execution.run();
  };

  captureProcessOutput(() => execution?.current);
  publishTaskScope();
  // Ctrl-C reaches the whole process group; what becomes of the work is the client's to say, and its end is ours.
  process.on('SIGINT', () => {});
  process.on('exit', () => {
    execution?.flush();
    // Who ends the process by itself is known.
    const call = execution?.current?.call;
    if (call !== undefined) recordCalls(call, 1);
  });
  process.on('uncaughtException', (error) => {
    if (error instanceof ProtocolError) fatal(error);
    if (execution?.failCurrent(error) !== true) console.error(error);
  });
  process.on('unhandledRejection', (reason) => console.error('Unhandled rejection:', reason));

  const reader = new FrameReader((frame) => serve(decodeRequest(frame)));
  const requests = new Socket({ fd: REQUESTS_FD, readable: true, writable: false });
  requests.on('data', (chunk: Buffer) => {
    poll.end();
    reader.push(chunk);
  });
  requests.on('error', () => process.exit(0));
  requests.on('end', () => process.exit(0));
}

function answerHello(protocol: number): void {
  if (protocol !== PROTOCOL_VERSION) {
    fatal(
      new ProtocolError(
        `the client speaks version ${protocol} of the worker protocol, this worker version ${PROTOCOL_VERSION}`,
      ),
    );
  }
  const facts = {
    nodeVersion: process.version,
    pid: process.pid,
    host: hostname(),
    platform: process.platform,
    arch: process.arch,
    concurrency: 1,
  };
  reply({ type: 'ready', protocol: PROTOCOL_VERSION, facts });
}

function reply(message: WorkerReply): void {
  const body = spillBody(message);
  let pieces = body === undefined ? spilledIfLarge(encodeReply(message)) : encodeReply(message, body);
  for (;;) {
    let written: number;
    try {
      written = writevSync(REPLIES_FD, pieces);
    } catch (error) {
      // The client is gone; so is the reason to be.
      if (isErrno(error, 'EPIPE')) process.exit(0);
      if (!isErrno(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      continue;
    }
    while (pieces.length > 0 && written >= (pieces[0]?.byteLength ?? 0)) {
      written -= pieces[0]?.byteLength ?? 0;
      pieces.shift();
    }
    const first = pieces[0];
    if (first === undefined) return;
    pieces = [first.subarray(written), ...pieces.slice(1)];
  }
}

/** A process of the pool is not asked to stop: it is killed. */
const neverAborted = new AbortController().signal;

let spillCursor = SPILL_OFFSET;

/** Large frames go through the file that the parent shares; where it cannot grow, they go the usual way. */
function spilledIfLarge(pieces: Uint8Array[]): Uint8Array[] {
  let length = 0;
  for (const piece of pieces) length += piece.byteLength;
  if (length < SPILL_BYTES) return pieces;
  const place = spill(pieces);
  return place === undefined ? pieces : encodeSpilledFrame(place);
}

/** Large bytes that are a result by themselves travel alone, so that they arrive in a buffer of their own. */
function spillBody(message: WorkerReply): SpilledFrame | undefined {
  const results = message.type === 'event' ? message.event : message.type === 'finished' ? message.results : undefined;
  const body = results instanceof ResultsInPieces ? results.body : undefined;
  return body !== undefined && body.byteLength >= SPILL_BYTES ? spill([body]) : undefined;
}

/** Writes into the file that the parent shares; undefined where it cannot grow. */
function spill(pieces: readonly Uint8Array[]): SpilledFrame | undefined {
  const offset = spillCursor;
  let at = offset;
  try {
    for (const piece of pieces) {
      for (let written = 0; written < piece.byteLength; ) {
        const count = writeSync(RECORD_FD, piece, written, piece.byteLength - written, at);
        written += count;
        at += count;
      }
    }
  } catch {
    return undefined;
  }
  spillCursor = at;
  return { offset, length: at - offset };
}

const recordBytes = new Uint32Array(2);

function recordCalls(call: number, count: number): void {
  recordBytes[0] = call;
  recordBytes[1] = count;
  try {
    writeSync(RECORD_FD, recordBytes, 0, recordBytes.byteLength, 0);
  } catch (error) {
    // An old note would name a call that ended as the one that runs.
    fatal(new Error('the calls that run cannot be noted', { cause: error }));
  }
}

function fatal(error: Error): never {
  process.stderr.write(`${error.stack}\n`);
  process.exit(70);
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
