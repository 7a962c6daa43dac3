import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshKeyPair } from '@lithops/standalone';
import { testComputePlugin } from '@lithops/testing/vitest';
import { startRedis } from '@lithops-tools/services';
import { afterAll } from 'vitest';
import { buildPrograms } from '../../../packages/standalone/standalone/build-master.ts';
import { openVmAccount, vmSimulatorPlugin } from '../src/index.ts';

await buildPrograms();
const account = await openVmAccount();
const redis = await startRedis(['--bind', '127.0.0.1', account.gateway]);
const folder = mkdtempSync(join(tmpdir(), 'lithops-vms-'));
const sshKeyFilename = join(folder, 'key');
writeFileSync(sshKeyFilename, sshKeyPair('test').private, { mode: 0o600 });
afterAll(async () => {
  await account[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

// On machines that are made for it, a pool that one executor after the other finds: what could go otherwise there than on
// machines that are there already. All of it runs on those, by the same master and workers.
testComputePlugin({
  plugin: vmSimulatorPlugin(),
  config: { account: account.name, sshKeyFilename, execMode: 'reuse', maxWorkers: 3, workerProcesses: 1 },
  executor: {
    storage: 'redis',
    config: {
      lithops: { plugins: ['./packages/storage/redis/src/index.ts'] },
      redis: { host: account.gateway, port: redis.port, password: redis.password },
    },
  },
  only: [
    ...['results/in-order-of-items', 'results/exact-values', 'results/large', 'closures/captures-and-helpers'],
    ...['errors/come-back-as-themselves', 'faults/killed', 'faults/killed-among-many', 'faults/out-of-memory'],
    ...['faults/long-call-among-tiny-ones', 'faults/waiting-call-among-tiny-ones', 'faults/output'],
    ...['faults/cancelled-by-future-list-and-signal', 'attempts/lost-workers-counted', 'limits/kept-by-the-worker'],
    ...['flow/stream', 'flow/fifty-jobs', 'objects/storage', 'faults/retried', 'large/nothing-left'],
  ],
});
