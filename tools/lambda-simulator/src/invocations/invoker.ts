import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import { conflict, ServiceError } from '../api/service-error.ts';
import { responseTooLarge } from '../execution/failures.ts';
import type { SandboxOutcome } from '../execution/sandbox.ts';
import type { SandboxPool } from '../execution/sandbox-pool.ts';
import type { FunctionRecord } from '../functions/function-record.ts';
import type { Functions } from '../functions/functions.ts';
import { LIMITS } from '../limits.ts';
import type { Concurrency } from './concurrency.ts';
import type { EventQueue } from './event-queue.ts';

/** Runs events of functions, now or later. */
export class Invoker {
  readonly #functions: Functions;
  readonly #pool: SandboxPool;
  readonly #concurrency: Concurrency;
  readonly #queue: EventQueue;

  constructor(functions: Functions, pool: SandboxPool, concurrency: Concurrency, queue: EventQueue) {
    this.#functions = functions;
    this.#pool = pool;
    this.#concurrency = concurrency;
    this.#queue = queue;
  }

  async invoke(request: InvocationRequest, requestId: string): Promise<InvocationResponse> {
    const { record, payload } = this.admit(request);
    switch (request.InvocationType) {
      case 'DryRun':
        return { StatusCode: 204 };
      case 'Event':
        this.#queue.add(record, { requestId, payload, ...clientContext(request) });
        return { StatusCode: 202 };
      default: {
        const outcome = withinLimit(await this.run(record, { requestId, payload, ...clientContext(request) }));
        return {
          StatusCode: 200,
          ExecutedVersion: '$LATEST',
          Payload: outcome.payload as Uint8Array<ArrayBuffer>,
          ...(outcome.failed ? { FunctionError: 'Unhandled' } : {}),
          ...(request.LogType === 'Tail' ? { LogResult: Buffer.from(outcome.log).toString('base64') } : {}),
        };
      }
    }
  }

  /** @throws ServiceError when the function cannot take this event. */
  admit(request: InvocationRequest): { readonly record: FunctionRecord; readonly payload: Buffer } {
    const record = this.#functions.get(request.FunctionName ?? '');
    const payload = Buffer.from(request.Payload ?? '{}');
    const limit = request.InvocationType === 'Event' ? LIMITS.eventBytes : LIMITS.requestBytes;
    if (payload.length > limit) throw requestTooLarge(limit);
    if (request.Qualifier !== undefined && request.Qualifier !== '$LATEST')
      throw new ServiceError(
        'ResourceNotFoundException',
        `Function not found: ${this.#functions.arn(record.version.functionName)}:${request.Qualifier}`,
        { Type: 'User' },
      );
    try {
      JSON.parse(payload.toString('utf8'));
    } catch (error) {
      throw new ServiceError(
        'InvalidRequestContentException',
        `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`,
        { Type: 'User' },
      );
    }
    if (record.code.kind === 'image' && record.code.image === undefined)
      throw new ServiceError(
        'NotImplemented',
        'this simulator was given no registry (option registry): functions with images are kept, and not run',
      );
    if (record.state === 'Pending')
      throw conflict(
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      );
    return { record, payload };
  }

  /** @throws ServiceError TooManyRequestsException. */
  async run(
    record: FunctionRecord,
    event: {
      readonly requestId: string;
      readonly payload: Buffer;
      readonly clientContext?: string;
      readonly onChunk?: (chunk: Buffer) => void;
    },
  ): Promise<SandboxOutcome> {
    const release = this.#concurrency.take(record);
    try {
      return await this.#pool.run(record.version, { ...event, functionArn: record.version.functionArn });
    } finally {
      release();
    }
  }
}

export function requestTooLarge(limit: number): ServiceError {
  return new ServiceError(
    'RequestTooLargeException',
    `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    { Type: 'User' },
  );
}

/** Streams may be larger than what fits into one answer. */
function withinLimit(outcome: SandboxOutcome): SandboxOutcome {
  if (outcome.payload.length <= LIMITS.responseBytes) return outcome;
  return { ...outcome, failed: true, payload: Buffer.from(JSON.stringify(responseTooLarge())) };
}

function clientContext({ ClientContext }: InvocationRequest): { clientContext?: string } {
  return ClientContext === undefined ? {} : { clientContext: Buffer.from(ClientContext, 'base64').toString('utf8') };
}
