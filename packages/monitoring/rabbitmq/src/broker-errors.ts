import { ConfigError, InvocationError } from '@lithops/core/plugin';

/** What the broker's refusals mean, by how they are told. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /certificate required|(?:handshake failure|bad certificate|unknown ca|certificate unknown).*alert|alert.*(?:handshake|certificate|unknown ca)/i,
    'the broker asks clients for a certificate that it trusts: name one as rabbitmq.ssl_certfile, with its rabbitmq.ssl_keyfile',
  ],
  [
    /certificate|self-signed|altnames/i,
    'name the certificates to trust as rabbitmq.ssl_ca_certs, and the broker as its certificate does',
  ],
  [
    /ACCESS[_-]REFUSED|Handshake terminated by server: 403/i,
    'check user and password of rabbitmq.amqp_url, and what the user may do: clients make queues of their own, workers publish to amq.direct',
  ],
  [
    /NOT[_-]ALLOWED|Expected ConnectionOpenOk|Handshake terminated by server: 530/i,
    'check the virtual host, which is the path of rabbitmq.amqp_url',
  ],
  [
    /Socket closed abruptly during opening handshake|wrong version number|ECONNRESET/i,
    'check that a RabbitMQ listens there, and whether rabbitmq.amqp_url begins with amqp:// or amqps://',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/i,
    'check that the broker runs, and host and port of rabbitmq.amqp_url',
  ],
];

/** What is to be told of a failure: never the address, which holds a password. */
export function brokerError(what: string, broker: string, error: unknown): ConfigError | InvocationError {
  const reason = reasonOf(error);
  const refusal = REFUSALS.find(([pattern]) => pattern.test(reason));
  const message = `could not ${what} (RabbitMQ at ${broker}): ${reason}`;
  if (refusal !== undefined) return new ConfigError(message, { hint: refusal[1], cause: error });
  return new InvocationError(message, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code: unknown = Reflect.get(error, 'code');
  // Where several addresses were tried the error that stands for all of them has no message.
  return error.message || (typeof code === 'string' ? code : error.name);
}
