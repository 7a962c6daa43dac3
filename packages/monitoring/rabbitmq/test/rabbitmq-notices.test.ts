import { tmpdir } from 'node:os';
import { ConfigError, InvocationError, type NoticeListener, type OpenNoticeBoard } from '@lithops/core/plugin';
import { eventually } from '@lithops/testing';
import {
  type CertificateAuthority,
  type CertificateFiles,
  type FaultyProxy,
  makeCertificateAuthority,
  type RabbitMqServer,
  startFaultyProxy,
  startRabbitMq,
} from '@lithops-tools/services';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import rabbitmq, { type RabbitMqConfig } from '../src/index.ts';

const context = {
  executorId: 'test',
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  signal: new AbortController().signal,
};
const open: AsyncDisposable[] = [];
let server: RabbitMqServer;

let authority: CertificateAuthority;
let ofClient: CertificateFiles;

beforeAll(async () => {
  authority = await makeCertificateAuthority();
  ofClient = await authority.issue('client');
  server = await startRabbitMq({ caFile: authority.caFile, ...(await authority.issue('server')) });
}, 240_000);
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await authority[Symbol.asyncDispose]();
});

function urlOf(user: { readonly name: string; readonly password: string }, port = server.port): string {
  return `amqp://${user.name}:${user.password}@127.0.0.1:${port}`;
}

async function boardOn(amqpUrl: string, tls: Partial<RabbitMqConfig> = {}): Promise<OpenNoticeBoard> {
  const board = await rabbitmq.create({ amqpUrl, ...tls }, context);
  open.push(board);
  return board;
}

/** What a listener was told, in order. */
class Ear implements NoticeListener {
  readonly told: string[] = [];
  notice(text: string): void {
    this.told.push(text);
  }
  interrupted(reason: unknown): void {
    this.told.push(`interrupted: ${String(reason)}`);
  }
  resumed(): void {
    this.told.push('resumed');
  }
}

async function listening(board: OpenNoticeBoard, topic: string): Promise<Ear & AsyncDisposable> {
  const ear = new Ear();
  const subscription = await board.listen(topic, ear);
  open.push(subscription);
  return Object.assign(ear, { [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() });
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a board at a RabbitMQ', { timeout: 60_000 }, () => {
  it('carries notices to all who listen to their topic, and to nobody else', async () => {
    const [client, other, worker] = [
      await boardOn(urlOf(server.user)),
      await boardOn(urlOf(server.user)),
      await boardOn(urlOf(server.publisher)),
    ];
    const ears = [await listening(client, 'a'), await listening(other, 'a'), await listening(client, 'b')];
    for (const topic of ['a', 'nobody', 'b']) await worker.publish(topic, `of ${topic}`);
    await worker.publish('a', 'again');
    await eventually(() =>
      expect(ears.map(({ told }) => told)).toEqual([['of a', 'again'], ['of a', 'again'], ['of b']]),
    );
  });

  it('has what was published sent when it is closed, and leaves no queue', async () => {
    const client = await boardOn(urlOf(server.user));
    const worker = await rabbitmq.create({ amqpUrl: urlOf(server.publisher) }, context);
    const ear = await listening(client, 'closing');
    for (let i = 0; i < 200; i++) await worker.publish('closing', String(i));
    await worker[Symbol.asyncDispose]();
    await eventually(() => expect(ear.told).toHaveLength(200));
    await ear[Symbol.asyncDispose]();
    await eventually(async () => expect(await server.queues()).toEqual([]));
  });

  it('listens again when its connection was cut, and tells of both', async () => {
    await using proxy: FaultyProxy = await startFaultyProxy(server.port);
    const client = await boardOn(urlOf(server.user, proxy.port));
    const worker = await boardOn(urlOf(server.publisher));
    const ear = await listening(client, 'cut');
    proxy.cut();
    await eventually(() => expect(ear.told).toHaveLength(2));
    expect(ear.told[0]).toMatch(/^interrupted: .*could not listen for news/);
    expect(ear.told[1]).toBe('resumed');
    await worker.publish('cut', 'after');
    await eventually(() => expect(ear.told.at(-1)).toBe('after'));
  });

  it('listens again when somebody has deleted its queue', async () => {
    const client = await boardOn(urlOf(server.user));
    const ear = await listening(client, 'deleted');
    const [queue] = await server.queues();
    expect(queue).toMatch(/^lithops-deleted-/);
    await server.deleteQueue(queue ?? '');
    await eventually(() => expect(ear.told.at(-1)).toBe('resumed'));
    await client.publish('deleted', 'after');
    await eventually(() => expect(ear.told.at(-1)).toBe('after'));
  });

  it('publishes again after a cut', async () => {
    await using proxy: FaultyProxy = await startFaultyProxy(server.port);
    const client = await boardOn(urlOf(server.user));
    const worker = await boardOn(urlOf(server.publisher, proxy.port));
    const ear = await listening(client, 'again');
    await worker.publish('again', 'before');
    await eventually(() => expect(ear.told).toEqual(['before']));
    proxy.cut();
    await eventually(async () => {
      await worker.publish('again', 'after').catch(() => {});
      expect(ear.told).toContain('after');
    });
  });

  it('refuses a wrong password, a wrong host and what is no broker, without telling the password', async () => {
    await using silent = await startFaultyProxy(server.port);
    silent.cutAfter(0);
    const cases: readonly (readonly [url: string, told: RegExp])[] = [
      [`amqp://lithops:s3cret@127.0.0.1:${server.port}`, /ACCESS[_-]REFUSED/],
      [`amqp://lithops:s3cret@127.0.0.1:1`, /ECONNREFUSED/],
      [`amqp://lithops:s3cret@127.0.0.1:${silent.port}`, /RabbitMQ at 127\.0\.0\.1/],
      [`${urlOf(server.user)}/no-such-host`, /check the virtual host/],
    ];
    for (const [url, expected] of cases) {
      const error = await failure((await boardOn(url)).listen('x', new Ear()));
      expect(error, url).toBeInstanceOf(ConfigError);
      expect(String(error)).toMatch(expected);
      expect(JSON.stringify(error) + String(error) + String((error as Error).stack)).not.toMatch(
        /s3cret|only-for-tests/,
      );
    }
    const worker = await boardOn(urlOf(server.publisher));
    const refused = await failure(worker.listen('x', new Ear()));
    expect(String(refused)).toMatch(/ACCESS[_-]REFUSED/);
    const published = await failure((await boardOn(`amqp://worker:s3cret@127.0.0.1:${server.port}`)).publish('x', 'y'));
    expect(published instanceof ConfigError || published instanceof InvocationError).toBe(true);
  });
});

describe('a board at a RabbitMQ with TLS', { timeout: 60_000 }, () => {
  const urlWithTls = (user = server.user) => urlOf(user, server.tlsPort).replace('amqp:', 'amqps:');
  const ownOf = ({ certificateFile, keyFile }: CertificateFiles) => ({
    sslCertfile: certificateFile,
    sslKeyfile: keyFile,
  });

  it('trusts the authority that it is told, and shows a certificate; workers are given the texts', async () => {
    const section = { amqpUrl: urlWithTls(), workerAmqpUrl: urlWithTls(server.publisher) };
    const tls = { sslCaCerts: authority.caFile, ...ownOf(ofClient) };
    const ear = await listening(await boardOn(section.amqpUrl, tls), 'tls');
    const { amqpUrl, ...texts } = rabbitmq.workerConfig({ ...section, ...tls });
    expect(JSON.stringify(texts)).not.toContain(tmpdir());
    await (await boardOn(String(amqpUrl), texts)).publish('tls', 'news');
    await eventually(() => expect(ear.told).toEqual(['news']));
  });

  it('refuses a broker of another authority, and is refused without a certificate: both with what to do', async () => {
    await using stranger = await makeCertificateAuthority();
    for (const [tls, hint] of [
      [ownOf(ofClient), /ssl_ca_certs/],
      [{ sslCaCerts: stranger.caFile, ...ownOf(ofClient) }, /ssl_ca_certs/],
      [{ sslCaCerts: authority.caFile }, /ssl_certfile/],
    ] as const) {
      const error = await failure((await boardOn(urlWithTls(), tls)).listen('x', new Ear()));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({ hint: expect.stringMatching(hint) });
      expect(String(error)).not.toMatch(/only-for-tests/);
    }
  });

  it('refuses certificates that cannot be read, lack a half, or are for an address without TLS', async () => {
    const { sslCertfile, sslKeyfile } = ownOf(ofClient);
    await expect(boardOn(urlWithTls(), { sslCaCerts: '/nowhere/ca.pem' })).rejects.toThrow(
      /ssl_ca_certs.*cannot be read/,
    );
    await expect(boardOn(urlWithTls(), { sslCertfile })).rejects.toThrow(/ssl_keyfile/);
    await expect(boardOn(urlOf(server.user), { sslCertfile, sslKeyfile })).rejects.toThrow(/without TLS/);
  });
});

describe('the section', () => {
  const check = (section: unknown) => rabbitmq.config['~standard'].validate(section);

  it('is the address, and that of workers', () => {
    expect(check({ amqpUrl: 'amqp://a:b@host:5672/v' })).toEqual({ value: { amqpUrl: 'amqp://a:b@host:5672/v' } });
    expect(rabbitmq.workerConfig({ amqpUrl: 'amqp://a', workerAmqpUrl: 'amqp://b' })).toEqual({ amqpUrl: 'amqp://b' });
    expect(rabbitmq.workerConfig({ amqpUrl: 'amqp://a' })).toEqual({ amqpUrl: 'amqp://a' });
  });

  it('refuses all else', () => {
    for (const wrong of [{}, { amqpUrl: 'http://host' }, { amqpUrl: 'amqp://h', queue: 'x' }, { amqpUrl: 3 }])
      expect(check(wrong)).toHaveProperty('issues');
  });
});
