import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testComputePlugin, testStoragePlugin } from '@lithops/testing/vitest';
import { afterAll } from 'vitest';
import localhost, { storage } from '../src/index.ts';

const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-conformance-'));
afterAll(() => rmSync(storageRoot, { recursive: true, force: true }));

testComputePlugin({
  plugin: localhost,
  config: { workerProcesses: 2 },
  executor: { storage: { plugin: storage, config: { storageRoot } } },
});
testStoragePlugin({ plugin: storage, config: { storageRoot } });
