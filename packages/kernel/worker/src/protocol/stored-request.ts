import type { Invocation, ShippedModule } from '../invocation.ts';
import { FrameReader } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';
import { decodeRequest, encodeRequest, type WorkerRequest } from './worker-request.ts';

const CHANNEL = 1;

/** An invocation as an object in storage: the frame that would have carried it. */
export function encodeStoredInvocation(invocation: Invocation): Uint8Array {
  return Buffer.concat(encodeRequest({ type: 'run', channel: CHANNEL, invocation }));
}

/** @throws ProtocolError */
export function decodeStoredInvocation(bytes: Uint8Array): Invocation {
  const request = onlyRequest(bytes);
  if (request.type === 'run') return request.invocation;
  throw new ProtocolError(`an invocation was expected in storage, not a ${request.type}`);
}

/** A function module as an object in storage. */
export function encodeStoredModule(module: ShippedModule): Uint8Array {
  return Buffer.concat(encodeRequest({ type: 'module', module }));
}

/** @throws ProtocolError */
export function decodeStoredModule(bytes: Uint8Array): ShippedModule {
  const request = onlyRequest(bytes);
  if (request.type === 'module') return request.module;
  throw new ProtocolError(`a function module was expected in storage, not a ${request.type}`);
}

function onlyRequest(bytes: Uint8Array): WorkerRequest {
  const requests: WorkerRequest[] = [];
  const reader = new FrameReader((frame) => requests.push(decodeRequest(frame)));
  reader.push(bytes);
  const [request, ...more] = requests;
  if (request === undefined || more.length > 0 || !reader.atBoundary)
    throw new ProtocolError('an object of a job is cut short, or is none');
  return request;
}
