import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { StorageError } from '@lithops/core/plugin';
import { createClient, RESP_TYPES } from 'redis';
import type { RedisAddress } from './redis-address.ts';
import { NoAnswerError, understood } from './redis-errors.ts';

export type RedisArgument = string | Buffer;

/** What scripts and commands of ours answer. */
export type RedisReply = number | Buffer | null | readonly RedisReply[];

/** A script with the digest that the server knows it by. */
export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

/** A server that accepts connections but never answers must not keep anybody waiting. */
const ANSWER_MS = 60_000;
/** Every command of this storage may be sent again when its answer was lost. */
const PAUSES_MS = [50, 250, 1000];

const createOurClient = (options: RedisAddress['options']) =>
  createClient(options).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
type Client = ReturnType<typeof createOurClient>;

/**
 * One connection, made when it is needed, and made again when it was lost. It keeps the process alive only while
 * an answer is awaited.
 */
export class RedisConnection {
  readonly #address: RedisAddress;
  #opening: Promise<Client> | undefined;
  #current: Client | undefined;
  #awaited = 0;
  #closed = false;

  constructor(address: RedisAddress) {
    this.#address = address;
  }

  /** @param what completes `could not ...`. @throws StorageError */
  command(what: string, args: readonly RedisArgument[]): Promise<RedisReply> {
    return this.#persistently(what, (client) => client.sendCommand(args));
  }

  /** @throws StorageError */
  script(
    what: string,
    script: RedisScript,
    keys: readonly string[],
    args: readonly RedisArgument[],
  ): Promise<RedisReply> {
    const rest = [String(keys.length), ...keys, ...args];
    return this.#persistently(what, async (client) => {
      try {
        return await client.sendCommand(['EVALSHA', script.sha, ...rest]);
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
          return client.sendCommand(['EVAL', script.source, ...rest]);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#opening?.catch(() => undefined); // told by the command that needed it
    client?.destroy();
  }

  async #persistently(what: string, send: (client: Client) => Promise<RedisReply>): Promise<RedisReply> {
    for (const pause of [...PAUSES_MS, undefined]) {
      if (this.#closed) throw new StorageError(`could not ${what}: the storage is closed`);
      try {
        return await this.#awaiting(send);
      } catch (error) {
        const failure = understood(what, this.#address.name, error);
        if (pause === undefined || !(failure instanceof StorageError) || failure.reason !== 'unavailable')
          throw failure;
        await delay(pause * (0.75 + Math.random() / 2));
      }
    }
    throw new StorageError(`could not ${what}`, { reason: 'unavailable' });
  }

  /** The answer; a connection on which it does not come is given up. */
  async #awaiting(send: (client: Client) => Promise<RedisReply>): Promise<RedisReply> {
    if (this.#awaited++ === 0) this.#current?.ref();
    let timer: NodeJS.Timeout | undefined;
    try {
      const client = await this.#client();
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new NoAnswerError(`no answer for ${ANSWER_MS / 1000} s`));
          client.destroy();
        }, ANSWER_MS);
      });
      return await Promise.race([send(client), silence]);
    } finally {
      clearTimeout(timer);
      if (--this.#awaited === 0) this.#current?.unref();
    }
  }

  async #client(): Promise<Client> {
    for (;;) {
      this.#opening ??= this.#open();
      const opening = this.#opening;
      const client = await opening;
      if (client.isReady) return client;
      // Lost since; of those who see it, the first makes the new one.
      if (this.#opening === opening) this.#opening = undefined;
      client.destroy();
    }
  }

  async #open(): Promise<Client> {
    const client = createOurClient(this.#address.options);
    client.on('error', () => {}); // told by the commands that fail
    try {
      await client.connect();
      this.#current = client;
      return client;
    } catch (error) {
      this.#opening = undefined;
      client.destroy();
      throw error;
    }
  }
}

export function defineScript(source: string): RedisScript {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}
