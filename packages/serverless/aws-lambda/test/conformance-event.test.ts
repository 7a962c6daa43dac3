import { testComputePlugin } from '@lithops/testing/vitest';
import { startRedis } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import lambda from '../src/index.ts';
import { startTestAccount } from './account.ts';

const account = await startTestAccount();
// Whatever a call gives goes by way of the storage here; the S3 that is to be had for tests takes its time for each object.
const redis = await startRedis();
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await account[Symbol.asyncDispose]();
});

// What is told by way of the storage here, and otherwise in the run of all.
testComputePlugin({
  plugin: lambda,
  only: ['results', 'faults', 'attempts', 'flow', 'large', 'objects'],
  config: { ...account.section({ maxWorkers: 4, runtimeTimeout: 60, invokeType: 'Event' }) },
  leastMemory: 128,
  executor: {
    storage: 'redis',
    config: {
      lithops: { plugins: ['./packages/storage/redis/src/index.ts'] },
      redis: { port: redis.port, password: redis.password },
    },
  },
});
