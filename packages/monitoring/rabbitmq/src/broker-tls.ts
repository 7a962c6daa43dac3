import { readFileSync } from 'node:fs';
import { ConfigError } from '@lithops/core/plugin';
import type { RabbitMqConfig } from './config.ts';

/** The keys of a section that say how TLS is spoken. */
export type TlsKeys = Pick<RabbitMqConfig, 'sslCaCerts' | 'sslCertfile' | 'sslKeyfile'>;

/** What Node's TLS is told. */
export interface BrokerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads what a section names. @throws ConfigError for files that cannot be read, and where the address speaks no TLS */
export function brokerTls({ amqpUrl, ...keys }: RabbitMqConfig): BrokerTls {
  const { sslCaCerts, sslCertfile, sslKeyfile } = withTexts(keys);
  if ((sslCaCerts ?? sslCertfile ?? sslKeyfile) !== undefined && !amqpUrl.startsWith('amqps:'))
    throw new ConfigError('rabbitmq has certificates, and an address without TLS', {
      hint: 'let rabbitmq.amqp_url begin with amqps://, or leave the certificates out',
    });
  if ((sslCertfile === undefined) !== (sslKeyfile === undefined))
    throw new ConfigError('of rabbitmq.ssl_certfile and rabbitmq.ssl_keyfile one is missing: they belong together');
  return {
    ...(sslCaCerts !== undefined && { ca: sslCaCerts }),
    ...(sslCertfile !== undefined && { cert: sslCertfile }),
    ...(sslKeyfile !== undefined && { key: sslKeyfile }),
  };
}

/** The same with the text of each file in its place, for workers that have no such files. @throws ConfigError */
export function withTexts({ sslCaCerts, sslCertfile, sslKeyfile }: TlsKeys): TlsKeys {
  return {
    ...(sslCaCerts !== undefined && { sslCaCerts: textOf('ssl_ca_certs', sslCaCerts) }),
    ...(sslCertfile !== undefined && { sslCertfile: textOf('ssl_certfile', sslCertfile) }),
    ...(sslKeyfile !== undefined && { sslKeyfile: textOf('ssl_keyfile', sslKeyfile) }),
  };
}

function textOf(key: string, fileOrText: string): string {
  if (fileOrText.includes('-----BEGIN ')) return fileOrText;
  try {
    return readFileSync(fileOrText, 'utf8');
  } catch (cause) {
    throw new ConfigError(`rabbitmq.${key}: ${fileOrText} cannot be read`, { cause });
  }
}
