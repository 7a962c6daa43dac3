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

/** The body of a request for one invocation. Without `module` the worker must have it already, or answers {@link MODULE_NEEDED}. */
export function encodeInvocationRequest(invocation: Invocation, module?: ShippedModule): Uint8Array[] {
  const run = encodeRequest({ type: 'run', channel: 1, invocation });
  return module === undefined ? run : [...encodeRequest({ type: 'module', module }), ...run];
}

/** HTTP status: send the request again with the module in it. */
export const MODULE_NEEDED = 428;
/** HTTP status: the request only asks for what an earlier one has started, and this worker has not started it. */
export const NOT_RUN_HERE = 410;
/** Header of a request that must not start the invocation, only read what it tells. */
export const RESUME_HEADER = 'lithops-resume';
/** HTTP status: the invocation with this id has run, and its events were read to their end. */
export const RAN_ALREADY = 409;

/** @throws ProtocolError */
export function decodeInvocationRequest(body: Uint8Array): {
  readonly invocation: Invocation;
  readonly module: ShippedModule | undefined;
} {
  let invocation: Invocation | undefined;
  let module: ShippedModule | undefined;
  const reader = new FrameReader((frame) => {
    const request = decodeRequest(frame);
    if (request.type === 'module' && module === undefined) module = request.module;
    else if (request.type === 'run' && invocation === undefined) invocation = request.invocation;
    else throw new ProtocolError(`a ${request.type} frame does not belong into a request for an invocation`);
  });
  reader.push(body);
  if (!reader.atBoundary) throw new ProtocolError('the body ends in the middle of a frame');
  if (invocation === undefined) throw new ProtocolError('the body holds no invocation');
  if (module !== undefined && module.hash !== invocation.module)
    throw new ProtocolError('the body holds another function module than the invocation names');
  return { invocation, module };
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
