import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type DockerEngine, docker, startDockerEngine } from '@lithops-tools/services';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startKubernetesSimulator } from '../src/index.ts';
import { buildEcho } from './serving.ts';

let engine: DockerEngine;

beforeAll(async () => {
  engine = await startDockerEngine();
  await buildEcho(engine);
});

afterAll(() => engine?.[Symbol.asyncDispose]());

const labelled = async () =>
  docker(engine, ['ps', '-q', '--no-trunc', '--filter', 'label=lithops-test.kubernetes-simulator']);

it('containers of a process that was killed are gone when the next cluster starts, and those of others are not', async () => {
  const program = fileURLToPath(new URL('./fixtures/abandoned.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [id]: string[] = await once(createInterface(child.stdout), 'line');
  expect(await labelled()).toContain(id);
  await using own = await startKubernetesSimulator({ engine });
  expect(await labelled()).toContain(id);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using _next = await startKubernetesSimulator({ engine });
  expect(await labelled()).not.toContain(id);
  expect(own.url).toMatch(/^https:/);
});
