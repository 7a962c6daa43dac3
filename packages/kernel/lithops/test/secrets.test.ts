import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RedisServer, startRedis } from '@lithops-tools/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FunctionExecutor, type LithopsConfig } from '../src/index.ts';
import { finished, folder, startScript } from './script.ts';

const REDIS = fileURLToPath(new URL('../../../storage/redis/src/index.ts', import.meta.url));
/** Of systems that the executor does not use: nobody but the client may see them. */
const STRANGE = ['canary-lambda-secret', 'canary-s3-secret', 'canary-shared-secret'];

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function config(password = redis.password): LithopsConfig {
  // As files have it; not what the types of the plugins say.
  const sections: Record<string, Record<string, unknown>> = {
    lithops: { backend: 'localhost', storage: REDIS },
    localhost: { workerProcesses: 1 },
    [REDIS]: { host: '127.0.0.1', port: redis.port, password },
    aws: { secret_access_key: STRANGE[2] },
    aws_lambda: { secret_access_key: STRANGE[0], region: 'eu-west-1' },
    aws_s3: { secret_access_key: STRANGE[1] },
  };
  return sections;
}

function secretsIn(text: string, secrets: readonly string[] = [...STRANGE, redis.password]): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

/** All that a task can find out about the configuration. */
function everythingTasksSee(): string {
  const scope = (globalThis as unknown as Record<symbol, { executorConfig(): unknown; current(): object }>)[
    Symbol.for('lithops.task')
  ];
  const {
    storage: _,
    signal: __,
    ...context
  } = Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(scope?.current() ?? {})).map(([key, { value }]) => [
      key,
      String(value),
    ]),
  );
  return JSON.stringify({ config: scope?.executorConfig(), context, env: process.env, argv: process.argv });
}

/** The command lines of a process's children. */
function childrenOf(parent: number): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const [, ppid] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(ppid) === parent ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1')] : [];
    } catch {
      return []; // no process, or one that has ended meanwhile
    }
  });
}

describe('secrets', () => {
  it('of other systems do not reach tasks; the storage gets what it needs', async () => {
    await using fexec = new FunctionExecutor({ config: config() });
    const seen = await fexec.callAsync(everythingTasksSee, undefined).result();
    expect(secretsIn(seen, STRANGE)).toEqual([]);
    const stored = await fexec
      .callAsync(
        ((_: undefined, context: { storage: { putCloudObject(body: string): Promise<{ key: string }> } }) =>
          context.storage.putCloudObject('from a task').then(({ key }) => key)) as unknown as (
          item: undefined,
        ) => Promise<string>,
        undefined,
      )
      .result();
    expect(stored).toContain('cloudobject_');
  });

  it('are in no manifest, input or result of a durable job', async () => {
    await using fexec = new FunctionExecutor({ config: config() });
    const list = fexec.map((n: number) => n + 1, [1, 2, 3], { durable: true });
    await list.submitted;
    await list.result();
    const bucket = await fexec.storage.defaultBucket();
    let objects = 0;
    for await (const { key } of fexec.storage.listObjects(bucket)) {
      objects++;
      const text = Buffer.from(await fexec.storage.getObject(bucket, key)).toString('latin1');
      expect([key, secretsIn(text)]).toEqual([key, []]);
    }
    expect(objects).toBeGreaterThan(2);
    await fexec.clean();
  });

  it('are in no command line of a process', async () => {
    await using fexec = new FunctionExecutor({ config: config() });
    await fexec.callAsync(() => 1, undefined).result();
    // The server of this test, and what watches over it, are told its password there.
    const lines = childrenOf(process.pid).filter((line) => !line.includes('redis-server'));
    expect(lines.some((line) => line.includes('--child'))).toBe(true);
    expect(secretsIn(lines.join('\n'))).toEqual([]);
  });

  it('are in no log and no error, whatever fails', async () => {
    const wrong = 'canary-wrong-password';
    const script = startScript(
      'secrets.mjs',
      `const fexec = new FunctionExecutor({ config: ${JSON.stringify(config(wrong))}, logLevel: 'debug' });
       const show = (error) => console.log(error.stack, JSON.stringify(error), String(error.cause), String(error.cause?.cause));
       await fexec.storage.putObject('bucket', 'key', 'body').catch(show);
       await fexec.callAsync((_, context) => context.storage.getObject('bucket', 'key'), undefined).result().catch(show);
       await fexec.map((n) => n, [1], { durable: true }).submitted.catch(show);
       console.log(require('node:util').inspect(fexec, { depth: 1 }));
       await fexec.close().catch(show);
       new FunctionExecutor({ config: { ...${JSON.stringify(config(wrong))}, aws_s3x: { key: '${STRANGE[1]}' } } });`.replace(
        'require(',
        'process.getBuiltinModule(',
      ),
    );
    const { stdout, stderr } = await finished(script);
    expect(stdout).toMatch(/StorageError/);
    expect(stderr).toMatch(/unknown section aws_s3x/);
    // Node shows the source line that threw, and with it what the script itself says.
    const told = `${stdout}${stderr}`.split('\n').filter((line) => !line.includes('new FunctionExecutor('));
    expect(secretsIn(told.join('\n'), [...STRANGE, wrong])).toEqual([]);
  });
});
