import * as z from 'zod/mini';

const address = z
  .string()
  .check(z.regex(/^amqps?:\/\/[^/]/, 'an address like amqp://user:password@host:5672/vhost is expected'));

const text = z.string().check(z.minLength(1));

/** Section `rabbitmq` of a configuration. */
export const rabbitMqConfig = z.strictObject({
  /** Broker, with a user who may make queues of his own: `amqp://user:password@host:5672/vhost`; `amqps` for TLS. */
  amqpUrl: address,
  /** The same broker as workers reach it, perhaps with a user who may only publish to `amq.direct`. Default: `amqpUrl`. */
  workerAmqpUrl: z.optional(address),
  /** Certificates that the broker's is checked against: a file, or their text. Default: those of Node. */
  sslCaCerts: z.optional(text),
  /** A certificate and a key of the client's own, where the broker asks for them: files, or their text. */
  sslCertfile: z.optional(text),
  sslKeyfile: z.optional(text),
});

export type RabbitMqConfig = z.output<typeof rabbitMqConfig>;
