import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Service } from './service-process.ts';

/** A connection to a server that goes wrong when it is told to. */
export interface FaultyProxy extends Service {
  /** Connections that clients have made so far. */
  readonly connections: number;
  /** Ends every connection now, without a word. */
  cut(): void;
  /** From now on ends each connection when it has carried so many bytes; undefined for never. */
  cutAfter(bytes: number | undefined): void;
  /** Loses the next answer of the server, and its connection. */
  loseAnswer(): void;
  /** From now on carries nothing, and ends no connection. */
  fallSilent(): void;
}

/** Stands between a client and a server on loopback. */
export async function startFaultyProxy(serverPort: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let limit: number | undefined;
  let losing = false;
  let silent = false;
  let connections = 0;
  const server = createServer((client) => {
    connections++;
    const upstream = connect(serverPort, '127.0.0.1');
    const end = () => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    let carried = 0;
    const carry = (from: Socket, to: Socket) => {
      sockets.add(from);
      from.on('error', end).on('close', end);
      from.on('data', (bytes) => {
        if (silent) return;
        if (losing && from === upstream) {
          losing = false;
          return end();
        }
        carried += bytes.length;
        if (limit !== undefined && carried > limit) {
          // What was carried arrives: a slow reader, too, gets on with every connection.
          from.pause();
          to.end(end);
          return;
        }
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    };
    carry(client, upstream);
    carry(upstream, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    cutAfter(bytes) {
      limit = bytes;
    },
    loseAnswer() {
      losing = true;
    },
    fallSilent() {
      silent = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
