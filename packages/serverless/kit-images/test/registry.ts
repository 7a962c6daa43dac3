import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DockerEngine,
  type DockerRegistry,
  docker,
  startDockerEngine,
  startDockerRegistry,
} from '@lithops-tools/services';

/** A private registry, the engine that puts images into it, and a Docker configuration that knows the login. */
export interface TestRegistry extends AsyncDisposable {
  readonly engine: DockerEngine;
  readonly registry: DockerRegistry;
  readonly login: { readonly dockerServer: string; readonly dockerUser: string; readonly dockerPassword: string };
  /** Puts an image of the engine into the registry. @returns its name there */
  put(image: string, name: string): Promise<string>;
  cli(...args: string[]): Promise<string>;
}

export async function startTestRegistry(): Promise<TestRegistry> {
  const engine = await startDockerEngine();
  const registry = await startDockerRegistry();
  const { server, user, password } = registry;
  const cli = (...args: string[]) => docker(engine, args);
  const folder = mkdtempSync(join(tmpdir(), 'lithops-images-'));
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [server]: { auth } } }));
  process.env['DOCKER_CONFIG'] = folder;
  return {
    engine,
    registry,
    login: { dockerServer: server, dockerUser: user, dockerPassword: password },
    cli,
    async put(image, name) {
      const whole = `${server}/${name}`;
      await cli('tag', image, whole);
      await cli('push', whole);
      await cli('rmi', whole);
      return whole;
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      await registry[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new TypeError(`it rejected with ${String(error)}`);
  }
  throw new TypeError('it did not reject');
}
