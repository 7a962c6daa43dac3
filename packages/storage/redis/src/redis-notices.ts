import type { NoticeBoard, NoticeListener } from '@lithops/core/plugin';
import { createClient } from 'redis';
import type { RedisAddress } from './redis-address.ts';
import type { RedisConnection } from './redis-connection.ts';
import { understood } from './redis-errors.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Tells of news through the server's publish and subscribe: it keeps nothing, so nothing is left of it. */
export class RedisNotices implements NoticeBoard {
  readonly #connection: RedisConnection;
  readonly #address: RedisAddress;

  constructor(connection: RedisConnection, address: RedisAddress) {
    this.#connection = connection;
    this.#address = address;
  }

  async publish(topic: string, notice: string): Promise<void> {
    await this.#connection.command(`tell of ${notice}`, ['PUBLISH', channelOf(topic), notice]);
  }

  /** On a connection of its own, which carries nothing else. @throws ConfigError, StorageError */
  async listen(topic: string, listener: NoticeListener): Promise<AsyncDisposable> {
    const { options, name } = this.#address;
    let listening = false;
    let interrupted = false;
    const reconnectStrategy = (retries: number): number | false =>
      listening && Math.min(FIRST_PAUSE_MS * 2 ** retries, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
    const client = createClient({ ...options, socket: { ...options.socket, reconnectStrategy } });
    client.on('error', (error: unknown) => {
      if (!listening || interrupted) return;
      interrupted = true;
      listener.interrupted(understood(`listen for news`, name, error));
    });
    client.on('ready', () => {
      if (!interrupted) return;
      interrupted = false;
      listener.resumed();
    });
    try {
      await client.connect();
      // Whoever waits for results keeps the process alive, not we.
      client.unref();
      await client.subscribe(channelOf(topic), (notice) => listener.notice(notice));
    } catch (error) {
      client.destroy();
      throw understood('listen for news', name, error);
    }
    listening = true;
    return {
      async [Symbol.asyncDispose]() {
        listening = false;
        client.destroy();
      },
    };
  }
}

/** Channels have names of their own, apart from keys and the same for all databases. */
function channelOf(topic: string): string {
  return `lithops:notices:${topic}`;
}
