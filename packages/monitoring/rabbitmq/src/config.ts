import * as z from 'zod/mini';

const address = z
  .string()
  .check(z.regex(/^amqps?:\/\/[^/]/, 'an address like amqp://user:password@host:5672/vhost is expected'));

/** Section `rabbitmq` of a configuration. */
export const rabbitMqConfig = z.strictObject({
  /** Broker, with a user who may make queues of his own: `amqp://user:password@host:5672/vhost`; `amqps` for TLS. */
  amqpUrl: address,
  /** The same broker as workers reach it, perhaps with a user who may only publish to `amq.direct`. Default: `amqpUrl`. */
  workerAmqpUrl: z.optional(address),
});

export type RabbitMqConfig = z.output<typeof rabbitMqConfig>;
