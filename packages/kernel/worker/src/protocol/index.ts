export { describeDeath } from './describe-death.ts';
export {
  aliveKey,
  decodeRecord,
  type EventRecord,
  encodeRecord,
  invocationKey,
  partsOfLogKey,
  recordKey,
} from './event-record.ts';
export { EventStream } from './event-stream.ts';
export { encodeFrame, FRAME_HEADER_BYTES, type Frame, FrameReader, MAX_FRAME_BYTES } from './frame.ts';
export { ProtocolError } from './protocol-error.ts';
export { PROTOCOL_VERSION } from './protocol-version.ts';
export { encodedValuesOf, ResultsInPieces } from './results-in-pieces.ts';
export { type SeparatedInvocation, separateModules } from './separate-modules.ts';
export {
  decodeSpilledFrame,
  encodeSpilledFrame,
  SPILL_BYTES,
  SPILL_OFFSET,
  type SpilledFrame,
} from './spilled-frame.ts';

export {
  decodeStoredInvocation,
  decodeStoredModule,
  encodeStoredInvocation,
  encodeStoredModule,
} from './stored-request.ts';
export { UnansweredCalls } from './unanswered-calls.ts';
export {
  decodeReply,
  encodeReply,
  type ProcessExit,
  spilledBodyOf,
  type WorkerDeath,
  type WorkerFacts,
  type WorkerReply,
} from './worker-reply.ts';
export { type DirectLine, decodeRequest, encodeRequest, type WorkerRequest } from './worker-request.ts';
