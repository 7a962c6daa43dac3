import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testComputePlugin } from '@lithops/testing/vitest';
import { buildNodeImage, startDockerEngine } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import docker from '../src/index.ts';

const engine = await startDockerEngine();
const runtime = await buildNodeImage(engine);
const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-docker-'));
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(storageRoot, { recursive: true, force: true });
});

testComputePlugin({
  plugin: docker,
  // Without a network, which no case needs, containers start sooner.
  config: { runtime, workerProcesses: 2, dockerHost: engine.host, network: 'none' },
  executor: { storage: 'localhost', config: { localhost: { storageRoot } } },
});
