import { testComputePlugin } from '@lithops/testing/vitest';
import { startRedis } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import plugin from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

const cluster = await startTestCluster(3);
// Where the machines and this process reach it alike.
const redis = await startRedis(['--bind', '127.0.0.1', cluster.gateway]);
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

testComputePlugin({
  plugin,
  config: { ...cluster.section({ workerProcesses: 1 }) },
  executor: {
    storage: 'redis',
    config: {
      lithops: { plugins: ['./packages/storage/redis/src/index.ts'] },
      redis: { host: cluster.gateway, port: redis.port, password: redis.password },
    },
  },
});
