import type { Invocation, ShippedModule } from '../invocation.ts';
import {
  decodeReply,
  decodeRequest,
  encodeRequest,
  FrameReader,
  ProtocolError,
  type WorkerReply,
} from '../protocol/index.ts';

/** Body of a request, and of the response: frames of the worker protocol, one after the other. */
export const FRAMES_CONTENT_TYPE = 'application/vnd.lithops.frames';

/** A response of which nothing comes for this long, in ms, is cut: a worker sends something at least every third of it. */
export const SILENCE_MS = 15_000;

/**
 * The body of a request for one invocation. Modules that it refers to (the function's, the storage's) and that are not in it
 * the worker must have already, or it answers {@link MODULE_NEEDED}.
 */
export function encodeInvocationRequest(invocation: Invocation, modules: readonly ShippedModule[] = []): Uint8Array[] {
  return [
    ...modules.flatMap((module) => encodeRequest({ type: 'module', module })),
    ...encodeRequest({ type: 'run', channel: 1, invocation }),
  ];
}

/** HTTP status: send the request again with all modules in it. */
export const MODULE_NEEDED = 428;
/** HTTP status: the request only asks for what an earlier one has started, and this worker has not started it. */
export const NOT_RUN_HERE = 410;
/**
 * Header of a request that must not start the invocation, only read what it tells. Its value is the address of the worker
 * that runs it (see {@link WORKER_HEADER}), or `1`.
 */
export const RESUME_HEADER = 'lithops-resume';
/** Header of every answer of a worker: where others like it reach it, `host:port`. What has none is a gateway's. */
export const WORKER_HEADER = 'lithops-worker';
/** Header of a request that one worker passes on to another. */
export const RELAYED_HEADER = 'lithops-relayed';
/** `DELETE` on the path that begins so and ends with the id of an invocation ends it. */
export const INVOCATIONS_PATH = '/invocations/';
/** HTTP status: the invocation with this id has run, and its events were read to their end. */
export const RAN_ALREADY = 409;

/** @throws ProtocolError */
export function decodeInvocationRequest(body: Uint8Array): {
  readonly invocation: Invocation;
  readonly modules: readonly ShippedModule[];
} {
  let invocation: Invocation | undefined;
  const modules: ShippedModule[] = [];
  const reader = new FrameReader((frame) => {
    const request = decodeRequest(frame);
    if (request.type === 'module') modules.push(request.module);
    else if (request.type === 'run' && invocation === undefined) invocation = request.invocation;
    else throw new ProtocolError(`a ${request.type} frame does not belong into a request for an invocation`);
  });
  reader.push(body);
  if (!reader.atBoundary) throw new ProtocolError('the body ends in the middle of a frame');
  if (invocation === undefined) throw new ProtocolError('the body holds no invocation');
  const { module, task } = invocation;
  const stranger = modules.find(({ hash }) => hash !== module && hash !== task?.storageModule);
  if (stranger !== undefined)
    throw new ProtocolError('the body holds another function module than the invocation names');
  return { invocation, modules };
}

/** The replies in the body of a response, as its bytes come. @throws ProtocolError */
export async function* decodeReplies(body: AsyncIterable<Uint8Array>): AsyncGenerator<WorkerReply, void, void> {
  const replies: WorkerReply[] = [];
  const reader = new FrameReader((frame) => replies.push(decodeReply(frame)));
  for await (const chunk of body) {
    reader.push(chunk);
    yield* replies.splice(0);
  }
  if (!reader.atBoundary) throw new ProtocolError('the response ends in the middle of a frame');
}
