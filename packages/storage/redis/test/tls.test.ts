import { StorageError } from '@lithops/core/plugin';
import { freePort, makeCertificate, startRedis } from '@lithops-tools/services';
import { expect, it } from 'vitest';
import redis from '../src/index.ts';

const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};

it('speaks TLS, and trusts only what it is told to', async () => {
  await using certificate = await makeCertificate();
  const port = await freePort();
  const { certificateFile, keyFile } = certificate;
  await using server = await startRedis([
    ...['--tls-port', String(port), '--tls-cert-file', certificateFile, '--tls-key-file', keyFile],
    ...['--tls-auth-clients', 'no'],
  ]);
  const trusted = { port, password: server.password, ssl: true, sslCaCerts: certificateFile };
  await using storage = await redis.create(trusted, context);
  expect(await storage.put('storage', 'k', Buffer.alloc(3_000_000, 'x'), {})).toBe(true);
  expect((await storage.head('storage', 'k')).size).toBe(3_000_000);
  const url = `rediss://:${server.password}@127.0.0.1:${port}`;
  const error = await redis.create({ url }, context).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ reason: 'other', hint: expect.stringMatching(/ssl_ca_certs/) });
});
