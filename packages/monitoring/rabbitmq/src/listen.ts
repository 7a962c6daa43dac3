import { randomUUID } from 'node:crypto';
import type { NoticeListener } from '@lithops/core/plugin';
import { type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { brokerError } from './broker-errors.ts';
import { CONNECT_MS, EXCHANGE } from './broker-limits.ts';
import type { BrokerTls } from './broker-tls.ts';
import { closeConnection } from './close-connection.ts';

/** Where a client listens. */
export interface ListeningPlace {
  readonly url: string;
  readonly tls: BrokerTls;
  /** The broker's, for messages. */
  readonly name: string;
  /** Of the messages that are for this client. */
  readonly key: string;
}

/** A broker that is down for a moment is asked again. */
const FIRST_TRIES = 2;
const LONGEST_PAUSE_MS = 10_000;
/** What nobody has taken for so long says nothing new: the storage was looked at meanwhile. */
const KEPT_MS = 60_000;
const KEPT_NOTICES = 10_000;

/** Listens, again and again when the connection is lost. @throws ConfigError, InvocationError when the broker cannot be reached or refuses. */
export async function listen(
  { url, tls, name, key }: ListeningPlace,
  listener: NoticeListener,
): Promise<AsyncDisposable> {
  let interrupted = false;
  let current: ChannelModel | undefined;
  const recovering = await connect(url, {
    ...tls,
    timeout: CONNECT_MS,
    noDelay: true,
    recovery: {
      maxDelay: LONGEST_PAUSE_MS,
      initialMaxRetries: FIRST_TRIES,
      setup: (connection: ChannelModel) => {
        current = connection;
        return consume(connection, key, (notice) => listener.notice(notice));
      },
    },
  }).catch((error: unknown) => {
    throw brokerError('listen for news', name, error);
  });
  const interrupt = (error: unknown) => {
    if (interrupted) return;
    interrupted = true;
    listener.interrupted(brokerError('listen for news', name, error));
  };
  recovering.on('error', interrupt);
  recovering.on('disconnect', interrupt);
  recovering.on('connect', () => {
    if (!interrupted) return;
    interrupted = false;
    listener.resumed();
  });
  return {
    [Symbol.asyncDispose]: () => {
      const close = () => recovering.close();
      return current === undefined ? close() : closeConnection(current, close);
    },
  };
}

/** A queue of this connection alone, which ends with it. */
async function consume(connection: ChannelModel, key: string, heard: (notice: string) => void): Promise<void> {
  const channel = await connection.createChannel();
  // Told by the connection, which ends with its only channel.
  channel.on('error', () => {});
  channel.on('close', () => void connection.close().catch(() => {}));
  // Another one each time: the broker may not have noticed yet that the last connection is gone.
  const { queue } = await channel.assertQueue(`${key}-${randomUUID()}`, {
    exclusive: true,
    autoDelete: true,
    durable: false,
    messageTtl: KEPT_MS,
    maxLength: KEPT_NOTICES,
  });
  await channel.bindQueue(queue, EXCHANGE, key);
  const take = (message: ConsumeMessage | null) => {
    if (message !== null) heard(message.content.toString());
    // Somebody has deleted the queue.
    else void channel.close().catch(() => {});
  };
  await channel.consume(queue, take, { noAck: true });
}
