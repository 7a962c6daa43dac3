import type { NoticeListener, OpenNoticeBoard } from '@lithops/core/plugin';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { brokerName } from './broker-address.ts';
import { brokerError } from './broker-errors.ts';
import { CONNECT_MS, EXCHANGE } from './broker-limits.ts';
import type { BrokerTls } from './broker-tls.ts';
import { closeConnection } from './close-connection.ts';
import { listen } from './listen.ts';

interface Publisher {
  readonly connection: ChannelModel;
  readonly channel: Channel;
}

/** Tells of news through a RabbitMQ broker: a direct exchange, and a queue for each client that listens. */
export class RabbitMqNotices implements OpenNoticeBoard {
  readonly #url: string;
  readonly #name: string;
  readonly #tls: BrokerTls;
  #publisher: Promise<Publisher> | undefined;

  /** @throws ConfigError */
  constructor(url: string, tls: BrokerTls) {
    this.#url = url;
    this.#tls = tls;
    this.#name = brokerName(url);
  }

  async publish(topic: string, notice: string): Promise<void> {
    this.#publisher ??= this.#connect();
    try {
      const { channel } = await this.#publisher;
      channel.publish(EXCHANGE, routingKey(topic), Buffer.from(notice), { deliveryMode: 1 });
    } catch (error) {
      throw brokerError('tell of news', this.#name, error);
    }
  }

  /** On a connection of its own. @throws ConfigError, InvocationError */
  listen(topic: string, listener: NoticeListener): Promise<AsyncDisposable> {
    return listen({ url: this.#url, tls: this.#tls, name: this.#name, key: routingKey(topic) }, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const publisher = await this.#publisher?.catch(() => undefined); // told by who published
    this.#publisher = undefined;
    if (publisher === undefined) return;
    const { connection, channel } = publisher;
    await closeConnection(connection, async () => {
      // After all that was published on it.
      await channel.close();
      await connection.close();
    });
  }

  async #connect(): Promise<Publisher> {
    const lost = () => {
      this.#publisher = undefined;
    };
    try {
      const connection = await connect(this.#url, { ...this.#tls, timeout: CONNECT_MS, noDelay: true });
      connection.on('error', lost).on('close', lost);
      const channel = await connection.createChannel();
      channel.on('error', lost).on('close', lost);
      return { connection, channel };
    } catch (error) {
      lost();
      throw error;
    }
  }
}

function routingKey(topic: string): string {
  return `lithops-${topic}`;
}
