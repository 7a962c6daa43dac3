import { testStoragePlugin } from '@lithops/testing/vitest';
import { startAzurite } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import azureStorage from '../src/index.ts';

const server = await startAzurite();
afterAll(() => server[Symbol.asyncDispose]());

testStoragePlugin({
  plugin: azureStorage,
  config: { storageAccountName: server.account, storageAccountKey: server.accountKey, endpoint: server.blobEndpoint },
});
