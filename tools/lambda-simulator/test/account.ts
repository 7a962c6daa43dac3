import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateFunctionCommand,
  type CreateFunctionRequest,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import {
  type LambdaSimulator,
  type LambdaSimulatorOptions,
  type SandboxView,
  startLambdaSimulator,
} from '../src/index.ts';
import { zipOf } from './zip.ts';

export interface Answer {
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly payload: unknown;
  readonly log: string;
}

/** A simulator, and the SDK's client of it. */
export interface TestAccount extends AsyncDisposable {
  readonly simulator: LambdaSimulator;
  readonly client: LambdaClient;
  /** Creates a function from the text of `index.mjs` and waits until it is active. */
  deploy(name: string, source: string, more?: Partial<CreateFunctionRequest>): Promise<void>;
  /** Waits until the function is active. */
  active(name: string): Promise<void>;
  /** Waits until a function has no sandboxes. */
  gone(name: string): Promise<void>;
  /** Waits until so many sandboxes have an event. */
  running(count: number): Promise<void>;
  sandboxes(name: string): readonly SandboxView[];
  invoke(name: string, event?: unknown, more?: Partial<InvokeCommandInput>): Promise<Answer>;
}

export const ROLE = 'arn:aws:iam::123456789012:role/worker';

export async function startAccount(options: LambdaSimulatorOptions = {}): Promise<TestAccount> {
  // So that all tests can be run with the compiled addon too; see the README.
  const addon = process.env['LAMBDA_RUNTIME_ADDON'];
  const runtime = addon === undefined ? {} : { runtimeAddon: addon };
  const simulator = await startLambdaSimulator({ pendingMs: 10, ...runtime, ...options });
  const client = clientOf(simulator);
  const active = async (name: string) => {
    const wait = { client, maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.05 };
    await waitUntilFunctionActiveV2(wait, { FunctionName: name });
  };
  return {
    simulator,
    client,
    active,
    async deploy(name, source, more = {}) {
      await client.send(new CreateFunctionCommand(functionRequest(name, source, more)));
      await active(name);
    },
    async gone(name) {
      while (simulator.sandboxes().some(({ functionName }) => functionName === name)) await delay(5);
    },
    async running(count) {
      while (simulator.sandboxes().filter(({ state }) => state === 'busy').length < count) await delay(5);
    },
    sandboxes: (name) => simulator.sandboxes().filter(({ functionName }) => functionName === name),
    async invoke(name, event = {}, more = {}) {
      const { StatusCode, FunctionError, Payload, LogResult } = await client.send(
        new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), ...more }),
      );
      const text = Payload?.transformToString() ?? '';
      return {
        status: StatusCode,
        error: FunctionError,
        payload: text === '' ? undefined : JSON.parse(text),
        log: Buffer.from(LogResult ?? '', 'base64').toString('utf8'),
      };
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

export function clientOf(simulator: LambdaSimulator, maxAttempts = 1): LambdaClient {
  const { endpoint, region, credentials } = simulator;
  return new LambdaClient({ endpoint, region, credentials, maxAttempts });
}

export function functionRequest(
  name: string,
  source: string,
  more: Partial<CreateFunctionRequest> = {},
): CreateFunctionRequest {
  return {
    FunctionName: name,
    Role: ROLE,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    // What is not about time must not fail on a busy machine.
    Timeout: 30,
    Code: { ZipFile: bytesOf(zipOf({ 'index.mjs': source })) },
    ...more,
  };
}

/** The SDK's type of bytes leaves out those that are shared. */
export function bytesOf(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
