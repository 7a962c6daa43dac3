import { setTimeout as delay } from 'node:timers/promises';
import { buildNodeImage, docker, freePort, startDockerEngine } from '@lithops-tools/services';
import { afterAll, expect, it } from 'vitest';
import { publishRuntimeImage } from '../src/index.ts';
import { startTestRegistry, storedLogin, useDockerConfig } from './registry.ts';

const dockerConfig = useDockerConfig();
const test = await startTestRegistry();
dockerConfig.write(storedLogin(test));
const engine = await startDockerEngine();
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
  dockerConfig[Symbol.dispose]();
});
const cli = (...args: string[]) => docker(engine, args);

it('an image made without an engine is pulled and run by one: it serves invocations on PORT', {
  timeout: 180_000,
}, async () => {
  const base = `${test.server}/team/node:1`;
  await cli('tag', await buildNodeImage(engine), base);
  await cli('push', base);
  const image = await publishRuntimeImage({ image: base, repository: `${test.server}/other/runs` });
  await cli('pull', image.reference);
  const port = await freePort();
  const environment = ['-e', `PORT=${port}`, '-e', 'LITHOPS_WORKER_TOKEN=t0ken', '-e', 'LITHOPS_WORKER_HOST=127.0.0.1'];
  const container = await cli(
    'run',
    '-d',
    '--network=host',
    '--read-only',
    '--tmpfs=/tmp',
    ...environment,
    image.reference,
  );
  try {
    const answer = await metadata(port, 't0ken');
    expect(answer).toMatchObject({ nodeVersion: process.version, platform: 'linux' });
    expect(await cli('exec', container, 'node', '-p', 'process.getuid()')).toBe('65534');
    await cli('stop', container);
    expect(await cli('inspect', '-f', '{{.State.ExitCode}}', container)).toBe('0');
  } finally {
    await cli('rm', '-f', container);
    await cli('rmi', '-f', base, image.reference);
  }
});

/** Asked again until there is somebody. */
async function metadata(port: number, token: string): Promise<unknown> {
  for (let attempts = 0; ; attempts++) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/metadata`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return await answer.json();
    } catch (error) {
      if (attempts > 300) throw error;
      await delay(100);
    }
  }
}
