import type { ComputePlugin } from '@lithops/core/plugin';
import { testComputePlugin } from '@lithops/testing/vitest';
import httpCompute from './http-compute.ts';

testComputePlugin({
  plugin: httpCompute as ComputePlugin,
  executor: { config: { lithops: { plugins: ['./packages/serverless/kit-http/test/http-compute.ts'] } } },
});
