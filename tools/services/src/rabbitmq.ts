import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CertificateFiles } from './certificate.ts';
import { installDebianPackage } from './debian.ts';
import { freePort, type Service, startServiceProcess } from './service-process.ts';

export interface RabbitMqServer extends Service {
  /** Where it speaks TLS, if it was asked to. */
  readonly tlsPort: number;
  /** Of a user who may do anything. */
  readonly user: BrokerUser;
  /** Of one who may only publish, and only to the exchanges that every broker has. */
  readonly publisher: BrokerUser;
  /** Names of the queues that there are. */
  queues(): Promise<string[]>;
  deleteQueue(name: string): Promise<void>;
}

export interface BrokerUser {
  readonly name: string;
  readonly password: string;
}

const run = promisify(execFile);
const SERVERS = '/usr/lib/rabbitmq/lib';

/** What a broker shows to clients, and which ones it lets in. */
export interface BrokerTls extends CertificateFiles {
  /** Of the authority that must have signed what clients show. */
  readonly caFile: string;
}

/** A RabbitMQ of its own on loopback, empty, that keeps nothing. @param tls It listens for TLS, too, at `tlsPort`. */
export async function startRabbitMq(tls?: BrokerTls): Promise<RabbitMqServer> {
  await installDebianPackage(['rabbitmq-server'], '/usr/sbin/rabbitmq-server');
  const [port, distributionPort, namesPort] = [await freePort(), await freePort(), await freePort()];
  const tlsPort = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'lithops-rabbitmq-'));
  const user = { name: 'lithops', password: `only-for-tests-${randomUUID()}` };
  const publisher = { name: 'worker', password: `only-for-tests-${randomUUID()}` };
  await writeFile(join(folder, 'definitions.json'), JSON.stringify(definitions(user, publisher)));
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `load_definitions = ${join(folder, 'definitions.json')}`,
      ...(tls === undefined ? [] : tlsSettings(tlsPort, tls)),
      '',
    ].join('\n'),
  );
  // Erlang's daemon of names would be started by the server otherwise, for all addresses, and outlive it.
  const namesEnvironment = { ERL_EPMD_PORT: String(namesPort), ERL_EPMD_ADDRESS: '127.0.0.1' };
  const names = await startServiceProcess(namesPort, ['/usr/bin/epmd'], {
    env: { ...process.env, ...namesEnvironment },
  });
  const programs = join(await newestServer(), 'sbin');
  const own = {
    ...namesEnvironment,
    PATH: process.env['PATH'],
    HOME: folder,
    RABBITMQ_NODENAME: `lithops-${port}@localhost`,
  };
  const service = await startServiceProcess(port, [join(programs, 'rabbitmq-server')], {
    env: {
      ...own,
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    },
  }).catch(async (error: unknown) => {
    await names[Symbol.asyncDispose]();
    throw error;
  });
  return {
    port,
    tlsPort,
    user,
    publisher,
    async queues() {
      const { stdout } = await run(
        join(programs, 'rabbitmqctl'),
        ['list_queues', '--quiet', '--no-table-headers', 'name'],
        { env: own },
      );
      return stdout.split('\n').filter((line) => line !== '');
    },
    async deleteQueue(name) {
      await run(join(programs, 'rabbitmqctl'), ['delete_queue', '--quiet', name], { env: own });
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await names[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function tlsSettings(port: number, { caFile, certificateFile, keyFile }: BrokerTls): string[] {
  return [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${caFile}`,
    `ssl_options.certfile = ${certificateFile}`,
    `ssl_options.keyfile = ${keyFile}`,
    'ssl_options.verify = verify_peer',
    'ssl_options.fail_if_no_peer_cert = true',
  ];
}

function definitions(user: BrokerUser, publisher: BrokerUser): object {
  const everything = { configure: '.*', write: '.*', read: '.*' };
  return {
    vhosts: [{ name: '/' }],
    users: [
      { ...user, tags: 'administrator' },
      { ...publisher, tags: '' },
    ],
    permissions: [
      { user: user.name, vhost: '/', ...everything },
      { user: publisher.name, vhost: '/', configure: '^$', write: '^amq\\..*$', read: '^$' },
    ],
  };
}

async function newestServer(): Promise<string> {
  const newest = (await readdir(SERVERS))
    .filter((name) => name.startsWith('rabbitmq_server-'))
    .sort()
    .at(-1);
  if (newest === undefined) throw new Error(`no RabbitMQ in ${SERVERS}`);
  return join(SERVERS, newest);
}
