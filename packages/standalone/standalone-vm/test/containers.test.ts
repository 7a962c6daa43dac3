import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, FunctionExecutor, RuntimeNotFoundError } from '@lithops/core';
import { testComputePlugin } from '@lithops/testing/vitest';
import { buildNodeImage, docker, startDockerEngine, startDockerRegistry, startRedis } from '@lithops-tools/services';
import { afterAll, describe, expect, it } from 'vitest';
import plugin, { type VmConfig } from '../src/index.ts';
import { startTestCluster } from './cluster.ts';

/** The engine of all the machines is that of the tests: its socket is where each of them has its own. */
const engine = await startDockerEngine();
const runtime = await buildNodeImage(engine);
const cluster = await startTestCluster(3, {
  mounts: [`${engine.socketPath}:/var/run/docker.sock`],
  groups: [statSync(engine.socketPath).gid],
});
const redis = await startRedis(['--bind', '127.0.0.1', cluster.gateway]);
const registry = await startDockerRegistry();
const login = { dockerServer: registry.server, dockerUser: registry.user, dockerPassword: registry.password };
/** What `docker login` stores here is nothing of these tests. */
const dockerConfig = mkdtempSync(join(tmpdir(), 'lithops-docker-config-'));
process.env['DOCKER_CONFIG'] = dockerConfig;
const [master, first] = cluster.machines as [(typeof cluster.machines)[0], (typeof cluster.machines)[0]];
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  rmSync(dockerConfig, { recursive: true });
});

// What a container could do otherwise than a process of the machine; all of it runs in those.
testComputePlugin({
  plugin,
  config: { ...cluster.section({ workerProcesses: 1, runtime }) },
  executor: {
    storage: 'redis',
    config: {
      lithops: { plugins: ['./packages/storage/redis/src/index.ts'] },
      redis: { host: cluster.gateway, port: redis.port, password: redis.password },
    },
  },
  only: [
    ...['results/in-order-of-items', 'results/exact-values', 'results/large', 'results/futures-as-results'],
    ...['closures/captures-and-helpers', 'closures/context', 'errors/come-back-as-themselves', 'flow/stream'],
    ...['faults/killed', 'faults/exit', 'faults/killed-among-many', 'faults/out-of-memory', 'faults/output'],
    ...['faults/long-call-among-tiny-ones', 'faults/waiting-call-among-tiny-ones'],
    ...['faults/cancelled-by-future-list-and-signal', 'attempts/lost-workers-counted', 'attempts/job-timeout'],
    ...['limits/kept-by-the-worker', 'limits/among-tiny-tasks', 'objects/storage', 'objects/files'],
    ...['large/items', 'large/instances', 'faults/retried', 'flow/fifty-jobs'],
  ],
});

function executor(section: Partial<VmConfig>): FunctionExecutor {
  const config = cluster.section({ workerProcesses: 1, ...section });
  return new FunctionExecutor({ backend: { plugin, config }, logLevel: 'silent' });
}

async function failure(section: Partial<VmConfig>): Promise<Error> {
  await using fexec = executor(section);
  return await fexec
    .callAsync((i: number) => i, 1)
    .result()
    .then(
      () => expect.unreachable('it ran'),
      (error: unknown) => error as Error, // all are
    );
}

describe('containers on machines', { timeout: 120_000 }, () => {
  it('have what the section says, run as the user of the machine, and are gone with their worker', async () => {
    const mark = randomBytes(8).toString('hex');
    const label = async () => docker(engine, ['ps', '-q', '--filter', `volume=mark-${mark}`]);
    {
      await using fexec = executor({ runtime, env: { MARK: mark }, memory: '512m', volumes: [`mark-${mark}:/mark`] });
      const seen = await fexec
        .callAsync(async () => {
          const { existsSync } = await import('node:fs');
          return [process.env['MARK'], process.getuid?.(), existsSync('/mark'), existsSync('/home/lithops')];
        }, 0)
        .result();
      expect(seen).toEqual([mark, 1000, true, false]);
      expect(await label()).not.toBe('');
    }
    // Workers are kept for the next executor; without a master there is none.
    await master.exec("pkill -f 'run-maste[r]|master[.]mjs'");
    await expect.poll(label, { timeout: 20_000 }).toBe('');
    await docker(engine, ['volume', 'rm', `mark-${mark}`]);
  });

  it('an image that no registry has is refused as such', async () => {
    expect(await failure({ runtime: `${registry.server}/team/nothing:1`, ...login })).toBeInstanceOf(
      RuntimeNotFoundError,
    );
  });

  it('private images are pulled with credentials that no file of the machine has', async () => {
    const image = `${registry.server}/team/vm:1`;
    await docker(engine, ['tag', runtime, image]);
    const auth = Buffer.from(`${registry.user}:${registry.password}`).toString('base64');
    const stored = join(dockerConfig, 'config.json');
    writeFileSync(stored, JSON.stringify({ auths: { [registry.server]: { auth } } }));
    await docker(engine, ['push', image]);
    rmSync(stored);
    await docker(engine, ['rmi', image]);
    const refused = await failure({
      runtime: image,
      dockerServer: registry.server,
      dockerUser: 'me',
      dockerPassword: 'wrong-one',
    });
    expect(refused).toBeInstanceOf(ConfigError);
    expect(`${refused.message}${String(refused.stack)}`).not.toContain('wrong-one');
    await using fexec = executor({ runtime: image, ...login });
    expect(await fexec.callAsync(() => process.version, 0).result()).toBe(process.version);
    for (const machine of [master, first])
      expect(await machine.exec(`grep -rl ${registry.password} /home /root /tmp /var || true`)).toBe('');
    await docker(engine, ['rmi', '-f', image]);
  });
});
