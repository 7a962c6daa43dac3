import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DockerRegistry,
  type HttpFault,
  type ProxiedRequest,
  startDockerRegistry,
  startFaultyHttpProxy,
} from '@lithops-tools/services';
import type { ConfiguredLogin } from '../src/index.ts';
import { Registries } from '../src/registry/registries.ts';
import type { Repository } from '../src/registry/repository.ts';

/** A private registry, and what a test does with it beside the code that it tests. */
export interface TestRegistry extends AsyncDisposable {
  readonly registry: DockerRegistry;
  readonly server: string;
  readonly login: ConfiguredLogin;
  repository(name: string): Promise<Repository>;
  /** The registry behind a proxy, which goes wrong as it is told; with its login. */
  through(faultOf: (request: ProxiedRequest) => HttpFault | undefined): Promise<ProxiedRegistry>;
}

export interface ProxiedRegistry extends AsyncDisposable {
  readonly server: string;
  readonly login: ConfiguredLogin;
  readonly requests: readonly ProxiedRequest[];
}

export async function startTestRegistry(auth?: 'basic' | 'token'): Promise<TestRegistry> {
  const registry = await startDockerRegistry(auth);
  const { server, user: dockerUser, password: dockerPassword } = registry;
  const login = { dockerServer: server, dockerUser, dockerPassword };
  const registries = new Registries({ login });
  return {
    registry,
    server,
    login,
    repository: (repository) => registries.repository({ registry: server, repository }),
    async through(faultOf) {
      const proxy = await startFaultyHttpProxy(registry.port, faultOf);
      const proxied = `127.0.0.1:${proxy.port}`;
      return {
        server: proxied,
        login: { ...login, dockerServer: proxied },
        requests: proxy.requests,
        [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
      };
    },
    async [Symbol.asyncDispose]() {
      await registries[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** Docker's configuration for this test, and a home: nothing of who runs it. @returns how to write it */
export function useDockerConfig(): Disposable & { write(content: unknown): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lithops-docker-config-'));
  const before = { DOCKER_CONFIG: process.env['DOCKER_CONFIG'], HOME: process.env['HOME'] };
  Object.assign(process.env, { DOCKER_CONFIG: folder, HOME: folder });
  return {
    write: (content) => writeFileSync(join(folder, 'config.json'), JSON.stringify(content)),
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true });
      for (const [name, value] of Object.entries(before))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    },
  };
}

/** As `docker login` writes it. */
export function storedLogin({ registry: { server, user, password } }: TestRegistry): unknown {
  return { auths: { [server]: { auth: Buffer.from(`${user}:${password}`).toString('base64') } } };
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
