import { type ExecutorOptions, FunctionExecutor, registry as plugins } from '@lithops/core';
import {
  type LambdaSimulator,
  type LambdaSimulatorOptions,
  startLambdaSimulator,
} from '@lithops-tools/lambda-simulator';
import { type MotoServer, startMoto } from '@lithops-tools/services';
import plugin, { type LambdaConfigInput } from '../src/index.ts';

plugins.register(plugin);

export const ROLE = 'arn:aws:iam::123456789012:role/lithops';

/** A simulated account with S3 beside it, and executors on both as users make them. */
export interface TestAccount extends AsyncDisposable {
  readonly simulator: LambdaSimulator;
  readonly moto: MotoServer;
  /** A section that reaches the account. */
  section(more?: LambdaConfigInput): LambdaConfigInput;
  /** The configuration besides that section, with S3 as the storage. */
  readonly withS3: ExecutorOptions;
  executor(more?: LambdaConfigInput, options?: ExecutorOptions): FunctionExecutor;
}

export async function startTestAccount(options: LambdaSimulatorOptions = {}): Promise<TestAccount> {
  await using stack = new AsyncDisposableStack();
  const moto = stack.use(await startMoto());
  const simulator = stack.use(await startLambdaSimulator({ pendingMs: 50, ...options }));
  const { endpoint, region, credentials } = simulator;
  const { accessKeyId, secretAccessKey } = credentials;
  const section = (more: LambdaConfigInput = {}): LambdaConfigInput => ({
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    executionRole: ROLE,
    ...more,
  });
  const withS3: ExecutorOptions = {
    storage: 'aws_s3',
    config: {
      lithops: { plugins: ['./packages/storage/aws-s3/src/index.ts'] },
      aws_s3: {
        region,
        endpoint: moto.endpoint,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'only-for-tests',
      },
    },
  };
  const owned = stack.move();
  return {
    simulator,
    moto,
    section,
    withS3,
    executor: (more, given = {}) =>
      new FunctionExecutor({
        ...withS3,
        ...given,
        backend: 'aws_lambda',
        config: { ...withS3.config, aws_lambda: section(more) },
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new TypeError(`it rejected with ${String(error)}`);
  }
  throw new TypeError('it did not reject');
}
