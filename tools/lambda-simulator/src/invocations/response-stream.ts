import type { InvokeWithResponseStreamRequest } from '@aws-sdk/client-lambda';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import type { RawResponse } from '../api/encode-output.ts';
import type { SandboxOutcome } from '../execution/sandbox.ts';
import type { Invoker } from './invoker.ts';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/**
 * Runs an event and passes its answer on while it is written: as messages of type `PayloadChunk`, and one of type
 * `InvokeComplete` that says how it ended. @throws ServiceError when the event was not taken.
 */
export async function invokeWithResponseStream(
  invoker: Invoker,
  request: InvokeWithResponseStreamRequest,
  requestId: string,
): Promise<RawResponse> {
  const { record, payload } = invoker.admit(request);
  if (request.InvocationType === 'DryRun') return { status: 204, headers: {}, body: Buffer.alloc(0) };
  const messages = new ReadableStreamOfMessages();
  const ended = invoker.run(record, { requestId, payload, onChunk: (chunk) => messages.put(payloadChunk(chunk)) });
  ended.then(
    (outcome) => messages.end(invokeComplete(outcome, request.LogType === 'Tail')),
    () => undefined, // thrown below
  );
  await Promise.race([messages.begun, ended]);
  return {
    status: 200,
    headers: {
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amz-executed-version': '$LATEST',
    },
    body: messages.stream,
  };
}

/** Messages as they come, for who reads them at their own pace. */
class ReadableStreamOfMessages {
  readonly begun: Promise<void>;
  readonly stream: ReadableStream<Uint8Array>;
  #begin: () => void = () => undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #open = true;

  constructor() {
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.#open = false;
      },
    });
  }

  put(message: Uint8Array): void {
    if (this.#open) this.#controller?.enqueue(message);
    this.#begin();
  }

  end(message: Uint8Array): void {
    this.put(message);
    if (this.#open) this.#controller?.close();
  }
}

function payloadChunk(chunk: Uint8Array): Uint8Array {
  return encode('PayloadChunk', 'application/octet-stream', chunk);
}

function invokeComplete({ failed, payload, log }: SandboxOutcome, tail: boolean): Uint8Array {
  const body = {
    ...(failed ? { ErrorCode: 'Unhandled', ErrorDetails: payload.toString('utf8') } : {}),
    ...(tail ? { LogResult: Buffer.from(log).toString('base64') } : {}),
  };
  return encode('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(body)));
}

function encode(type: string, contentType: string, body: Uint8Array): Uint8Array {
  return codec.encode({
    headers: {
      ':event-type': { type: 'string', value: type },
      ':content-type': { type: 'string', value: contentType },
      ':message-type': { type: 'string', value: 'event' },
    },
    body,
  });
}
