import { testStoragePlugin } from '@lithops/testing/vitest';
import { startMoto } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import plugin from '../src/index.ts';
import { startIbmCloud } from './ibm-cloud.ts';

const moto = await startMoto();
const ibmCloud = await startIbmCloud(moto.port);
afterAll(async () => {
  await ibmCloud[Symbol.asyncDispose]();
  await moto[Symbol.asyncDispose]();
});

const { apiKey, serviceInstanceId, iamEndpoint, cosEndpoint } = ibmCloud;
testStoragePlugin({
  plugin,
  // The code is that of the kit, which the suite of aws-s3 tries with all of it.
  volume: 'moderate',
  config: { region: 'us-south', endpoint: cosEndpoint, iamEndpoint, apiKey, serviceInstanceId },
});
