import { readFileSync } from 'node:fs';
import { type NoticeListener, StorageError } from '@lithops/core/plugin';
import { eventually } from '@lithops/testing';
import { freePort, makeCertificateAuthority, startRedis } from '@lithops-tools/services';
import { expect, it } from 'vitest';
import redis from '../src/index.ts';

const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};

it('speaks TLS with a certificate of its own, and trusts only what it is told to', async () => {
  await using authority = await makeCertificateAuthority();
  await using stranger = await makeCertificateAuthority();
  const [ofServer, ofClient] = [await authority.issue('server'), await authority.issue('client')];
  const port = await freePort();
  await using server = await startRedis([
    ...['--tls-port', String(port), '--tls-cert-file', ofServer.certificateFile, '--tls-key-file', ofServer.keyFile],
    ...['--tls-ca-cert-file', authority.caFile, '--tls-auth-clients', 'yes'],
  ]);
  const url = `rediss://:${server.password}@127.0.0.1:${port}`;
  const own = { sslCertfile: ofClient.certificateFile, sslKeyfile: ofClient.keyFile };
  await using storage = await redis.create({ url, sslCaCerts: authority.caFile, ...own }, context);
  expect(await storage.put('storage', 'k', Buffer.alloc(3_000_000, 'x'), {})).toBe(true);
  expect((await storage.head('storage', 'k')).size).toBe(3_000_000);

  // As it goes to workers that have none of the files.
  const texts = Object.entries({ sslCaCerts: authority.caFile, ...own }).map(([key, path]) => [
    key,
    readFileSync(path, 'utf8'),
  ]);
  await using worker = await redis.create({ url, ...Object.fromEntries(texts) }, context);
  const told: string[] = [];
  const listener: NoticeListener = { notice: (text) => told.push(text), interrupted: () => {}, resumed: () => {} };
  await using _ = await storage.notices?.listen('tls', listener);
  await worker.notices?.publish('tls', 'news');
  await eventually(() => expect(told).toEqual(['news']));

  for (const [section, hint] of [
    [{ url, ...own }, /ssl_ca_certs/],
    [{ url, sslCaCerts: stranger.caFile, ...own }, /ssl_ca_certs/],
    [{ url, sslCaCerts: authority.caFile }, /ssl_certfile/],
  ] as const) {
    const error = await redis.create(section, context).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ hint: expect.stringMatching(hint) });
    expect(String(error)).not.toContain(server.password);
  }
});
