import { testStoragePlugin } from '@lithops/testing/vitest';
import { startMoto } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import plugin from '../src/index.ts';

const moto = await startMoto();
afterAll(() => moto[Symbol.asyncDispose]());

testStoragePlugin({
  plugin,
  // The code is that of the kit, which the suite of aws-s3 tries with all of it.
  volume: 'moderate',
  config: { endpoint: moto.endpoint, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'only-for-tests' },
});
