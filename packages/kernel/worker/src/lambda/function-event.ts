import { type DetachedRequest, parseDetachedRequest } from '../detached/detached-request.ts';
import type { Invocation, ShippedModule, TaskSetup } from '../invocation.ts';
import {
  decodeStoredInvocation,
  decodeStoredModule,
  encodeStoredInvocation,
  encodeStoredModule,
  ProtocolError,
} from '../protocol/index.ts';

/** What a Lambda function of ours is invoked with; JSON, as Lambda demands. */
export type FunctionEvent = RunEvent | DetachedEvent | MetadataEvent;

/** Runs an invocation, and tells of it in the response. */
export interface RunEvent {
  readonly type: 'run';
  readonly request: RunRequest;
}

/** Runs an invocation of which nothing is heard but through the storage; for `InvocationType: Event`. */
export interface DetachedEvent {
  readonly type: 'detached';
  readonly request: DetachedRequest;
}

/** Asks what runs there. */
export interface MetadataEvent {
  readonly type: 'metadata';
}

/** An invocation, itself or where it is in storage; and so for its module. */
export interface RunRequest {
  readonly invocation: Invocation | { readonly key: string; readonly task: TaskSetup };
  readonly module: ShippedModule | { readonly key: string; readonly hash: string };
  /** Key of the list of invocations that are to be ended; see `InvocationReferences.stops` of `@lithops/core/plugin`. */
  readonly stops?: string;
}

/** The event as the payload of a request. */
export function encodeFunctionEvent(event: FunctionEvent): string {
  if (event.type !== 'run') return JSON.stringify({ lithops: VERSION, ...event });
  const { invocation, module, stops } = event.request;
  return JSON.stringify({
    lithops: VERSION,
    type: 'run',
    ...('key' in invocation ? invocation : { invocation: base64(encodeStoredInvocation(invocation)) }),
    ...('key' in module
      ? { moduleKey: module.key, moduleHash: module.hash }
      : { module: base64(encodeStoredModule(module)) }),
    ...(stops !== undefined && { stops }),
  });
}

/** @throws ProtocolError when the event is none of ours. */
export function parseFunctionEvent(event: unknown): FunctionEvent {
  const { lithops, type, ...fields } = (event ?? {}) as Record<string, unknown>; // looked at below
  if (lithops !== VERSION)
    throw new ProtocolError(
      lithops === undefined
        ? 'this function runs tasks of Lithops, and the event is none of its requests'
        : `the client speaks version ${String(lithops)} of the requests to functions, this worker version ${VERSION}`,
    );
  if (type === 'metadata') return { type };
  if (type === 'detached') return { type, request: parseDetachedRequest(JSON.stringify(fields['request'])) };
  if (type === 'run') return { type, request: parseRunRequest(fields) };
  throw new ProtocolError(`a request of type ${String(type)} is not known to this worker`);
}

/** Of the requests, apart from that of the frames in them. */
const VERSION = 1;

function parseRunRequest(fields: Readonly<Record<string, unknown>>): RunRequest {
  const { invocation, key, task, module, moduleKey, moduleHash: hash, stops } = fields;
  const ran =
    typeof invocation === 'string'
      ? decodeStoredInvocation(Buffer.from(invocation, 'base64'))
      : typeof key === 'string' && isObject(task)
        ? { key, task }
        : undefined;
  const loaded =
    typeof module === 'string'
      ? decodeStoredModule(Buffer.from(module, 'base64'))
      : typeof moduleKey === 'string' && typeof hash === 'string'
        ? { key: moduleKey, hash }
        : undefined;
  if (ran === undefined || loaded === undefined)
    throw new ProtocolError('a request to run something names an invocation and a function module');
  return { invocation: ran, module: loaded, ...(typeof stops === 'string' && { stops }) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
