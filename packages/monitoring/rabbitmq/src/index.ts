import type {} from '@lithops/core';
import { defineMonitoringPlugin, type MonitoringPlugin } from '@lithops/core/plugin';
import { type RabbitMqConfig, rabbitMqConfig } from './config.ts';

export type { RabbitMqConfig } from './config.ts';

declare module '@lithops/core' {
  interface BackendConfigs {
    rabbitmq: RabbitMqConfig;
  }
}

/** Monitoring plugin `rabbitmq`: workers tell of news through a RabbitMQ broker. */
const rabbitmq: MonitoringPlugin<RabbitMqConfig> = defineMonitoringPlugin({
  api: 1,
  name: 'rabbitmq',
  config: rabbitMqConfig,
  workerConfig: ({ amqpUrl, workerAmqpUrl = amqpUrl }) => ({ amqpUrl: workerAmqpUrl }),
  create: async ({ amqpUrl }) => {
    const { RabbitMqNotices } = await import('./rabbitmq-notices.ts');
    return new RabbitMqNotices(amqpUrl);
  },
});

export default rabbitmq;
