import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registry } from '@lithops/core';
import { afterAll } from 'vitest';
import { detachedCompute } from '../src/index.ts';
import { testComputePlugin } from '../src/runners/vitest.ts';

const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-detached-'));
afterAll(() => rmSync(storageRoot, { recursive: true, force: true }));

registry.register(detachedCompute);

testComputePlugin({
  plugin: detachedCompute,
  executor: { config: { localhost: { storageRoot } } },
});
