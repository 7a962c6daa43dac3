import { once } from 'node:events';
import { Socket } from 'node:net';
import type { ChannelModel } from 'amqplib';

/** How long a broker may take to answer that we leave, in ms. */
const CLOSE_MS = 1000;

/**
 * Closes a connection. One that was lost a moment ago, or whose broker is silent, never answers, and is cut.
 */
export async function closeConnection(connection: ChannelModel, close: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => cut(connection), CLOSE_MS);
  try {
    await Promise.race([close(), once(connection, 'close')]);
  } catch {
    // It was closed already.
  } finally {
    clearTimeout(timer);
  }
}

function cut({ connection }: ChannelModel): void {
  // Its timers end with an error of its socket, which the types of the client do not name.
  const stream: unknown = Reflect.get(connection, 'stream');
  if (stream instanceof Socket) stream.destroy(new Error('the broker did not answer'));
}
