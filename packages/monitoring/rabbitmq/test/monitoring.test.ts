import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, FunctionExecutor, PluginNotFoundError } from '@lithops/core';
import { eventually, rejection } from '@lithops/testing';
import { type RabbitMqServer, startRabbitMq } from '@lithops-tools/services';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../kernel/core/src/config/load-config.ts';
import { storageArtifact } from '../../../kernel/core/src/storage/storage-artifact.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const plugins = [file('../../../kernel/testing/test/detached-plugin.ts'), file('../src/index.ts')];
const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-rabbitmq-jobs-'));
let server: RabbitMqServer;

beforeAll(async () => {
  server = await startRabbitMq();
}, 240_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(storageRoot, { recursive: true, force: true });
});

function urlOf(user: { readonly name: string; readonly password: string }, { port }: RabbitMqServer = server): string {
  return `amqp://${user.name}:${user.password}@127.0.0.1:${port}`;
}

interface Addresses {
  readonly amqpUrl: string;
  readonly workerAmqpUrl?: string;
}

function executorWith(rabbitmq: Addresses, heartbeatSeconds: number): FunctionExecutor {
  return new FunctionExecutor({
    backend: 'detached',
    config: {
      lithops: { monitoring: 'rabbitmq', plugins },
      localhost: { storageRoot },
      detached: { heartbeatSeconds },
      rabbitmq,
    },
  });
}

/** Workers of ours give a sign of life this often; as seldom does a client look that hears of news. */
const SELDOM_SECONDS = 600;
const WELL_BEFORE_SECONDS = 60;

describe('monitoring: rabbitmq', { timeout: 120_000 }, () => {
  it('tells of results that are looked for only every ten minutes', async () => {
    const addresses = { amqpUrl: urlOf(server.user), workerAmqpUrl: urlOf(server.publisher) };
    await using fexec = executorWith(addresses, SELDOM_SECONDS);
    const first = fexec.map((n: number) => n + 1, [1, 2, 3]);
    expect(await first.result({ timeout: WELL_BEFORE_SECONDS })).toEqual([2, 3, 4]);
    // Nothing is listened for between two jobs.
    await eventually(async () => expect(await server.queues()).toEqual([]));
    const second = fexec.map(
      (n: number) => n * 2,
      Array.from({ length: 40 }, (_, i) => i),
      { chunksize: 1 },
    );
    expect(await second.result({ timeout: WELL_BEFORE_SECONDS })).toEqual(Array.from({ length: 40 }, (_, i) => i * 2));
  });

  it('loses nothing where workers cannot reach the broker', async () => {
    const addresses = { amqpUrl: urlOf(server.user), workerAmqpUrl: 'amqp://worker:wrong@127.0.0.1:1' };
    await using fexec = executorWith(addresses, 1);
    expect(await fexec.map((n: number) => n + 1, [1, 2, 3, 4]).result({ timeout: 60 })).toEqual([2, 3, 4, 5]);
  });

  it('loses nothing when the broker ends while calls run, nor afterwards', async () => {
    const doomed = await startRabbitMq();
    await using fexec = executorWith({ amqpUrl: urlOf(doomed.user, doomed) }, 1);
    const wait = async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    };
    const list = fexec.map(wait, [1, 3000, 10, 20], { chunksize: 1 });
    await list[0]?.result({ timeout: 60 });
    await doomed[Symbol.asyncDispose]();
    expect(await list.result({ timeout: 60 })).toEqual([1, 3000, 10, 20]);
    expect(await fexec.callAsync(wait, 5).result({ timeout: 60 })).toBe(5);
  });

  it('is not misled by notices that are repeated, forged or none', async () => {
    await using fexec = executorWith({ amqpUrl: urlOf(server.user) }, 1);
    const list = fexec.map(
      async (n: number) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return n;
      },
      [1, 2, 3, 4, 5, 6],
      { chunksize: 1 },
    );
    const connection = await connect(urlOf(server.user));
    const channel = await connection.createChannel();
    const key = `lithops-${fexec.executorId}`;
    const log = `lithops.jobs/${fexec.executorId}/M000/events-000000-00000/`;
    const forged = [
      '',
      'x',
      '-',
      `${log}00000001-000000`,
      `${log}00000001-999999`,
      `${log}00000002-NaN`,
      '\u0000-1',
      'a'.repeat(100_000),
    ];
    let done = false;
    const sending = (async () => {
      while (!done) {
        for (const text of forged) channel.publish('amq.direct', key, Buffer.from(text));
        channel.publish('amq.direct', key, Buffer.from([0xff, 0xfe, 0x2d, 0x30]));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    try {
      expect(await list.result({ timeout: 60 })).toEqual([1, 2, 3, 4, 5, 6]);
      for (const future of list) expect(future.stats.attempts).toBe(1);
    } finally {
      done = true;
      await sending;
      await connection.close();
    }
  });

  it('fails calls at once where the broker refuses or is not there, and runs none', async () => {
    const cases = [
      [`amqp://lithops:s3cret-canary@127.0.0.1:${server.port}`, /ACCESS_REFUSED/],
      ['amqp://lithops:s3cret-canary@127.0.0.1:1', /ECONNREFUSED/],
    ] as const;
    for (const [amqpUrl, expected] of cases) {
      await using fexec = executorWith({ amqpUrl }, 1);
      const future = fexec.callAsync((n: number) => n, 1);
      const error = await rejection(future.result({ timeout: 60 }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toMatch(expected);
      expect(String(error)).not.toContain('s3cret-canary');
      expect(future.stats.attempts).toBe(0);
    }
  });

  it('is a configuration error when its section is missing or its name misspelt', async () => {
    const config = { lithops: { monitoring: 'rabbitmq', plugins }, localhost: { storageRoot } };
    await using fexec = new FunctionExecutor({ backend: 'detached', config });
    const error = await rejection(fexec.callAsync((n: number) => n, 1).result({ timeout: 60 }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/rabbitmq\.amqp_url/);
    const misspelt = { ...config, lithops: { ...config.lithops, monitoring: 'rabitmq' } };
    expect(() => new FunctionExecutor({ backend: 'detached', config: misspelt })).toThrow(/did you mean 'rabbitmq'/);
    const unknown = { ...config, lithops: { ...config.lithops, monitoring: 'pigeons' } };
    await using other = new FunctionExecutor({ backend: 'detached', config: unknown });
    const missing = await rejection(other.callAsync((n: number) => n, 1).result({ timeout: 60 }));
    expect(missing).toBeInstanceOf(PluginNotFoundError);
  });

  it('is bundled with the storage for workers that have nothing of the files here', async () => {
    const config = loadConfig({ config: { lithops: { plugins }, localhost: { storageRoot } } });
    const needs = { storages: ['localhost'], monitoring: 'rabbitmq' };
    const bundle = { exports: {} as typeof import('../../../kernel/core/src/storage/task-storage.ts') };
    // Where no package can be found.
    const require = createRequire(join(storageRoot, 'elsewhere.cjs'));
    new Function('module', 'exports', 'require', await storageArtifact(config, needs))(bundle, bundle.exports, require);
    const storage = { name: 'localhost', section: { storageRoot }, plugins: [], from: [], retry: config.storageRetry };
    const notices = bundle.exports.openNotices(storage, {
      topic: 'bundled',
      monitoring: { name: 'rabbitmq', section: { amqpUrl: urlOf(server.publisher) } },
    });
    const connection = await connect(urlOf(server.user));
    try {
      const channel = await connection.createChannel();
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'amq.direct', 'lithops-bundled');
      await notices.publish('news');
      await notices.close();
      await eventually(async () => {
        const message = await channel.get(queue);
        expect(message === false ? undefined : message.content.toString()).toBe('news');
      });
    } finally {
      await connection.close();
    }
  });

  it('tells its secrets to nobody: not to tasks, manifests, objects or process lists', async () => {
    const addresses = { amqpUrl: urlOf(server.user), workerAmqpUrl: urlOf(server.publisher) };
    await using fexec = executorWith(addresses, 1);
    const canaries = [server.user.password, server.publisher.password];
    const future = fexec.callAsync(
      async () => {
        const { readdirSync, readFileSync } = await import('node:fs');
        const seen: string[] = [JSON.stringify(process.env), JSON.stringify(process.argv)];
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
          try {
            seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
            if (Number(pid) === process.ppid) seen.push(readFileSync(`/proc/${pid}/environ`, 'utf8'));
          } catch {
            // It has ended.
          }
        }
        const scope: unknown = Reflect.get(globalThis, Symbol.for('lithops.task'));
        const config = (scope as { executorConfig(): unknown }).executorConfig();
        return `${seen.join('\n')}\n${JSON.stringify(config)}`;
      },
      0,
      { durable: true },
    );
    await fexec.futures[0]?.wait();
    const seen = await future.result({ timeout: 60 });
    expect(seen).toContain('detached');
    for (const canary of canaries) {
      expect(seen).not.toContain(canary);
      expect(filesThatHold(storageRoot, canary)).toEqual([]);
      expect(JSON.stringify([future, fexec.jobSummary()])).not.toContain(canary);
    }
    expect(filesThatHold(storageRoot, 'M000').length + readdirSync(storageRoot).length).toBeGreaterThan(0);
    await fexec.clean();
  });
});

function filesThatHold(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
}
