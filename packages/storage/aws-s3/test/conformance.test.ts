import { testStoragePlugin } from '@lithops/testing/vitest';
import { startMoto } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import plugin from '../src/index.ts';

// Without an `endpoint` of its own the plugin speaks as it does to Amazon; where Amazon is, the SDK is told.
const moto = await startMoto();
process.env['AWS_ENDPOINT_URL'] = moto.endpoint;
process.env['AWS_ACCESS_KEY_ID'] = 'AKIAIOSFODNN7EXAMPLE';
process.env['AWS_SECRET_ACCESS_KEY'] = 'only-for-tests';
afterAll(() => moto[Symbol.asyncDispose]());

testStoragePlugin({ plugin, config: { region: 'eu-west-1' } });
