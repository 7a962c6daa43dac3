import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian.ts';
import { type RegistryTokenServer, startRegistryTokenServer } from './registry-token-server.ts';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

const run = promisify(execFile);

export interface DockerRegistry extends Service {
  /** What image names begin with: `127.0.0.1:port`. Engines take loopback without TLS. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** Present where it asks for tokens. */
  readonly tokens?: RegistryTokenServer & { readonly identityToken: string };
}

/**
 * A private registry, empty, that lets in one user: `basic`, who says his password with every request, or `token`, who
 * gets tokens elsewhere.
 */
export async function startDockerRegistry(auth: 'basic' | 'token' = 'basic'): Promise<DockerRegistry> {
  await installDebianPackage(['docker-registry', 'apache2-utils'], '/usr/bin/docker-registry');
  await installDebianPackage(['apache2-utils'], '/usr/bin/htpasswd');
  const folder = await mkdtemp(join(tmpdir(), 'lithops-registry-'));
  const [user, password] = ['tester', randomBytes(12).toString('base64url')];
  const { stdout } = await run('/usr/bin/htpasswd', ['-Bbn', user, password]);
  await writeFile(join(folder, 'htpasswd'), stdout.trim());
  const identityToken = randomBytes(12).toString('base64url');
  const tokens = auth === 'token' ? await startRegistryTokenServer({ user, password, identityToken }) : undefined;
  const port = await freePort();
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}`, secret: randomBytes(16).toString('hex') },
    auth:
      tokens === undefined
        ? { htpasswd: { realm: 'lithops-tests', path: join(folder, 'htpasswd') } }
        : { token: tokenSettings(tokens) },
  };
  // YAML reads JSON.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const service = await startServiceProcess(port, ['/usr/bin/docker-registry', 'serve', join(folder, 'config.yml')]);
  return {
    port,
    server: `127.0.0.1:${port}`,
    user,
    password,
    ...(tokens !== undefined && { tokens: { ...tokens, identityToken } }),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await tokens?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tokenSettings({ realm, service, issuer, certificateFile }: RegistryTokenServer): Record<string, string> {
  return { realm, service, issuer, rootcertbundle: certificateFile };
}
