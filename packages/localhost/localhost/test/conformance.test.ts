import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionExecutor } from '@lithops/core';
import { testComputePlugin, testStoragePlugin } from '@lithops/testing/vitest';
import { afterAll } from 'vitest';
import localhost, { storage } from '../src/index.ts';

testComputePlugin('localhost', {
  capabilities: localhost.capabilities({ workerProcesses: 2 }),
  createExecutor: (options = {}) =>
    new FunctionExecutor({ workerProcesses: 2, ...options, backend: { plugin: localhost } }),
});

const root = mkdtempSync(join(tmpdir(), 'lithops-conformance-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let buckets = 0;

testStoragePlugin('localhost', {
  capabilities: storage.capabilities({}),
  openBackend: () =>
    storage.create(
      { storageRoot: root },
      { executorId: 'test', signal: new AbortController().signal, logger: console },
    ),
  bucketName: () => `bucket-${buckets++}`,
});
