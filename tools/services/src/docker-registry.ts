import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackage } from './debian.ts';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

const run = promisify(execFile);

export interface DockerRegistry extends Service {
  /** What image names begin with: `127.0.0.1:port`. Engines take loopback without TLS. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
}

/** A private registry, empty, that lets in one user. */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  await installDebianPackage(['docker-registry', 'apache2-utils'], '/usr/bin/docker-registry');
  await installDebianPackage(['apache2-utils'], '/usr/bin/htpasswd');
  const folder = await mkdtemp(join(tmpdir(), 'lithops-registry-'));
  const [user, password] = ['tester', randomBytes(12).toString('base64url')];
  const { stdout } = await run('/usr/bin/htpasswd', ['-Bbn', user, password]);
  await writeFile(join(folder, 'htpasswd'), stdout.trim());
  const port = await freePort();
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}`, secret: randomBytes(16).toString('hex') },
    auth: { htpasswd: { realm: 'lithops-tests', path: join(folder, 'htpasswd') } },
  };
  // YAML reads JSON.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const service = await startServiceProcess(port, ['/usr/bin/docker-registry', 'serve', join(folder, 'config.yml')]);
  return {
    port,
    server: `127.0.0.1:${port}`,
    user,
    password,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
