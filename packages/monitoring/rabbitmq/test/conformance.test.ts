import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { detachedCompute } from '@lithops/testing';
import { testComputePlugin } from '@lithops/testing/vitest';
import { startRabbitMq } from '@lithops-tools/services';
import { afterAll } from 'vitest';

const server = await startRabbitMq();
const storageRoot = mkdtempSync(join(tmpdir(), 'lithops-rabbitmq-jobs-'));
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(storageRoot, { recursive: true, force: true });
});

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { user, publisher, port } = server;

// Where it matters who tells that calls have ended; all of it runs beside, without notices.
testComputePlugin({
  plugin: detachedCompute,
  only: ['results', 'faults', 'attempts', 'flow'],
  config: { platform: 'kept' },
  executor: {
    config: {
      lithops: {
        monitoring: 'rabbitmq',
        plugins: [file('../../../kernel/testing/test/detached-plugin.ts'), file('../src/index.ts')],
      },
      localhost: { storageRoot },
      rabbitmq: {
        amqpUrl: `amqp://${user.name}:${user.password}@127.0.0.1:${port}`,
        workerAmqpUrl: `amqp://${publisher.name}:${publisher.password}@127.0.0.1:${port}`,
      },
    },
  },
});
