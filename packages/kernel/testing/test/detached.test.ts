import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { detachedCompute } from '../src/index.ts';
import { testComputePlugin } from '../src/runners/vitest.ts';

const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-detached-'));
afterAll(() => rmSync(storageRoot, { recursive: true, force: true }));

const plugins = [fileURLToPath(new URL('./detached-plugin.ts', import.meta.url))];

testComputePlugin({
  plugin: detachedCompute,
  config: { platform: 'kept' },
  executor: { config: { lithops: { plugins }, localhost: { storageRoot } } },
});
