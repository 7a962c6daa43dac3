import { testStoragePlugin } from '@lithops/testing/vitest';
import { startGcsSimulator } from '@lithops-tools/gcs-simulator';
import { afterAll } from 'vitest';
import gcpStorage from '../src/index.ts';

const server = await startGcsSimulator();
afterAll(() => server[Symbol.asyncDispose]());

testStoragePlugin({
  plugin: gcpStorage,
  config: { credentialsPath: server.credentialsFile, endpoint: server.endpoint, region: 'europe-west1' },
});
