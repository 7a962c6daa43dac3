import { ConfigError } from '@lithops/core/plugin';

/** Where a broker is, for messages: without user and password. @throws ConfigError, without repeating it, when it is no address. */
export function brokerName(amqpUrl: string): string {
  const url = URL.parse(amqpUrl);
  if (url === null) throw new ConfigError('rabbitmq.amqp_url is no address like amqp://user:password@host:5672/vhost');
  return `${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}
