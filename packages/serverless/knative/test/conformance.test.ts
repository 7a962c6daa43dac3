import { testComputePlugin } from '@lithops/testing/vitest';
import { startRedis } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import knative from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

const test = await startTestCluster();
const redis = await startRedis();
// Where pods and this process reach it alike.
const [host, port] = (await test.cluster.expose(redis.port)).split(':');
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

testComputePlugin({
  plugin: knative,
  // Two stand ready: what is to run at once need not wait for the first pod's start.
  config: { ...test.section({ maxWorkers: 4, minWorkers: 2 }) },
  leastMemory: 128,
  executor: {
    storage: 'redis',
    config: {
      lithops: { plugins: ['./packages/storage/redis/src/index.ts'] },
      redis: { host, port: Number(port), password: redis.password },
    },
  },
});
