import { testComputePlugin } from '@lithops/testing/vitest';
import { afterAll } from 'vitest';
import lambda from '../src/index.ts';
import { startTestAccount } from './account.ts';

const account = await startTestAccount();
afterAll(() => account[Symbol.asyncDispose]());

testComputePlugin({
  plugin: lambda,
  config: { ...account.section({ maxWorkers: 4, runtimeTimeout: 60 }) },
  leastMemory: 128,
  executor: account.withS3,
});
