import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installDebianPackage } from './debian.ts';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

export interface RedisServer extends Service {
  readonly password: string;
}

/** A Redis of its own, empty, with a password, that keeps nothing on disk unless told otherwise by arguments. */
export async function startRedis(serverArguments: readonly string[] = []): Promise<RedisServer> {
  await installDebianPackage(['redis-server'], '/usr/bin/redis-server');
  const port = await freePort();
  const password = 'only-for-tests';
  const folder = await mkdtemp(join(tmpdir(), 'lithops-redis-'));
  const service = await startServiceProcess(
    port,
    ['/usr/bin/redis-server', '--port', String(port), '--bind', '127.0.0.1', '--requirepass', password]
      .concat(['--save', '', '--appendonly', 'no', '--dir', folder])
      .concat(serverArguments),
  );
  return {
    port,
    password,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
