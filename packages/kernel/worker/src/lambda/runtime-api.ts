import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** An event of a function, as Lambda gives it. */
export interface LambdaEvent {
  readonly requestId: string;
  /** ms since the epoch when Lambda ends the sandbox. */
  readonly deadline: number;
  /** What the function was invoked with. */
  readonly payload: Buffer;
}

/** What Lambda is told of a failure. */
export interface LambdaFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

const ROOT = '/2018-06-01/runtime';
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

/**
 * What runs in a sandbox of AWS Lambda speaks this with Lambda: it asks for events, and answers each in a stream
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, with
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming).
 */
export class RuntimeApi implements Disposable {
  readonly #host: string;
  // A frozen sandbox must find its connection again: nothing here has a time limit.
  readonly #agent = new Agent({ keepAlive: true });

  /** @param host `AWS_LAMBDA_RUNTIME_API` */
  constructor(host: string) {
    this.#host = host;
  }

  /** Waits for the next event, for as long as that takes. @throws Error when Lambda gives none */
  async next(): Promise<LambdaEvent> {
    const answer = await this.#ended(this.#request('GET', '/invocation/next'));
    const payload = await buffer(answer);
    if (answer.statusCode !== 200) throw new Error(`Lambda gave no event, but status ${answer.statusCode}`);
    return {
      requestId: headerOf(answer.headers, 'lambda-runtime-aws-request-id'),
      deadline: Number(headerOf(answer.headers, 'lambda-runtime-deadline-ms')),
      payload,
    };
  }

  /**
   * Answers an event with what `write` gives to its sink, while it does. What it throws is told at the end of the answer.
   * @throws Error when Lambda does not take the answer
   */
  async respond(
    { requestId }: LambdaEvent,
    write: (sink: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
    failureOf: (error: unknown) => LambdaFailure,
  ): Promise<void> {
    const response = this.#request('POST', `/invocation/${requestId}/response`, {
      'content-type': 'application/octet-stream',
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'transfer-encoding': 'chunked',
      trailer: `${ERROR_TYPE}, ${ERROR_BODY}`,
    });
    const answered = this.#ended(response);
    // Told below; nobody waits for it yet.
    answered.catch(() => {});
    try {
      await write(async (bytes) => {
        // Whoever has gone is not told any more.
        if (response.destroyed || response.write(bytes)) return;
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      });
    } catch (error) {
      const failure = failureOf(error);
      response.addTrailers({
        [ERROR_TYPE]: failure.errorType,
        [ERROR_BODY]: Buffer.from(JSON.stringify(failure)).toString('base64'),
      });
    }
    response.end();
    (await answered).resume();
  }

  /** Tells that what runs here cannot start. */
  async fail(failure: LambdaFailure): Promise<void> {
    const told = this.#request('POST', '/init/error', { 'Lambda-Runtime-Function-Error-Type': failure.errorType });
    told.end(JSON.stringify(failure));
    (await this.#ended(told)).resume();
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #request(method: 'GET' | 'POST', path: string, headers: Readonly<Record<string, string>> = {}): ClientRequest {
    const sent = request(`http://${this.#host}${ROOT}${path}`, { method, agent: this.#agent, headers });
    // Told to who waits for its answer.
    return sent.on('error', () => {});
  }

  async #ended(sent: ClientRequest): Promise<IncomingMessage> {
    if (sent.method === 'GET') sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]; // as documented
    return answer;
  }
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (typeof value !== 'string') throw new Error(`Lambda gave an event without ${name}`);
  return value;
}
