import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { type CallEvent, WorkerLostError, workerLost } from '@lithops/core/plugin';
import { decodeFunctionReplies } from '@lithops/worker/lambda';
import { billedMs, functionError } from './function-failure.ts';
import { type Patience, sendPatiently } from './send-patiently.ts';

export interface FunctionTarget {
  readonly client: LambdaClient;
  readonly name: string;
  /** Whether the response comes while the function runs. */
  readonly streamed: boolean;
}

/** Workers give a sign of life every 5 s once they have begun to answer. */
const SILENCE_MS = 30_000;

/** One invocation of a function that answers with what becomes of its calls. */
export class FunctionRun {
  readonly #target: FunctionTarget;
  readonly #patience: Patience;
  /** ms that Lambda charges for, once the run has ended and where it tells. */
  billedMs: number | undefined;

  constructor(target: FunctionTarget, patience: Patience) {
    this.#target = target;
    this.#patience = patience;
  }

  /** @throws InvocationError, PayloadTooLargeError, WorkerLostError, TimeoutError */
  async *events(payload: string): AsyncGenerator<CallEvent, void, void> {
    const { signal } = this.#patience;
    try {
      const body = await sendPatiently(() => this.#send(payload), this.#patience);
      for await (const reply of decodeFunctionReplies(body)) {
        if (reply.type === 'event') yield reply.event;
        if (reply.type === 'lost') throw workerLost(reply.death, { detail: ` (${this.#target.name})` });
        // What Lambda says after it, of costs, is still to come.
        if (reply.type === 'finished' && reply.results !== undefined) yield reply.results;
        if (reply.type === 'finished') this.#finished = true;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (this.#finished) return;
      throw error instanceof Error && !isProtocolError(error) ? error : this.#cut(error);
    }
    if (!this.#finished && !signal.aborted) throw this.#cut(undefined);
  }

  #finished = false;

  #send(payload: string): Promise<AsyncIterable<Uint8Array>> {
    return this.#target.streamed ? this.#sendStreamed(payload) : this.#sendBuffered(payload);
  }

  async #sendStreamed(payload: string): Promise<AsyncIterable<Uint8Array>> {
    const { client, name } = this.#target;
    const { EventStream } = await client.send(
      new InvokeWithResponseStreamCommand({ FunctionName: name, Payload: Buffer.from(payload), LogType: 'Tail' }),
      { abortSignal: this.#patience.signal },
    );
    if (EventStream === undefined) throw new WorkerLostError(`function ${name} gave no response`);
    return this.#chunks(EventStream);
  }

  async *#chunks(events: AsyncIterable<InvokeWithResponseStreamResponseEvent>): AsyncGenerator<Uint8Array> {
    const { name } = this.#target;
    const iterator = events[Symbol.asyncIterator]();
    let begun = false;
    for (;;) {
      let result: IteratorResult<InvokeWithResponseStreamResponseEvent>;
      try {
        result = await (begun ? unlessSilent(iterator.next(), SILENCE_MS) : iterator.next());
      } catch (error) {
        throw this.#cut(error);
      }
      if (result.done === true) return;
      const { PayloadChunk, InvokeComplete } = result.value;
      if (PayloadChunk?.Payload !== undefined) {
        begun = true;
        yield PayloadChunk.Payload;
      }
      if (InvokeComplete === undefined) continue;
      const { ErrorCode, ErrorDetails = '', LogResult } = InvokeComplete;
      this.billedMs = billedMs(LogResult);
      if (ErrorCode !== undefined && ErrorCode !== '')
        throw functionError({ details: ErrorDetails === '' ? ErrorCode : ErrorDetails, log: LogResult }, name);
    }
  }

  async #sendBuffered(payload: string): Promise<AsyncIterable<Uint8Array>> {
    const { client, name } = this.#target;
    const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: payload, LogType: 'Tail' }), {
      abortSignal: this.#patience.signal,
    });
    const { FunctionError, Payload = new Uint8Array(), LogResult } = answer;
    this.billedMs = billedMs(LogResult);
    const failure =
      FunctionError === undefined
        ? undefined
        : functionError({ details: Buffer.from(Payload).toString(), log: LogResult }, name);
    return (async function* () {
      if (failure !== undefined) throw failure;
      yield Payload;
    })();
  }

  #cut(error: unknown): WorkerLostError {
    if (error instanceof WorkerLostError) return error;
    const why = error instanceof Error ? `: ${error.message}` : '';
    return new WorkerLostError(`the response of function ${this.#target.name} ended before its calls did${why}`, {
      cause: error,
    });
  }
}

function isProtocolError(error: Error): boolean {
  return error.name === 'ProtocolError';
}

async function unlessSilent<Value>(next: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([next, silent]);
  } finally {
    clearTimeout(timer);
  }
}
