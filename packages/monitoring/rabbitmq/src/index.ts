import type {} from '@lithops/core';
import { defineMonitoringPlugin, type MonitoringPlugin } from '@lithops/core/plugin';
import { brokerTls, withTexts } from './broker-tls.ts';
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
  workerConfig: ({ amqpUrl, workerAmqpUrl = amqpUrl, ...tls }) => ({ amqpUrl: workerAmqpUrl, ...withTexts(tls) }),
  create: async (config) => {
    const { RabbitMqNotices } = await import('./rabbitmq-notices.ts');
    return new RabbitMqNotices(config.amqpUrl, brokerTls(config));
  },
});

export default rabbitmq;
