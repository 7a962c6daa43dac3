import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type Docker from 'dockerode';

/** The network between pods and this machine. */
export class PodNetwork implements AsyncDisposable {
  /** The address at which pods, and this machine itself, reach what was exposed. */
  readonly hostAddress: string;
  readonly #servers = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();

  constructor(hostAddress: string) {
    this.hostAddress = hostAddress;
  }

  static async of(docker: Docker): Promise<PodNetwork> {
    const { IPAM } = await docker.getNetwork('bridge').inspect();
    const gateway = IPAM?.Config?.[0]?.['Gateway'];
    if (gateway === undefined) throw new Error('the engine has no bridge network: pods would have no addresses');
    return new PodNetwork(gateway);
  }

  /** Makes a port of 127.0.0.1 reachable for pods, at the same number. Answers `address:port`. */
  async expose(port: number): Promise<string> {
    const where = `${this.hostAddress}:${port}`;
    if (this.#servers.has(port)) return where;
    const server = createServer((socket) => this.#join(socket, connect(port, '127.0.0.1')));
    this.#servers.set(port, server);
    server.listen(port, this.hostAddress);
    await once(server, 'listening');
    return where;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers.values()) {
      server.close();
      await once(server, 'close');
    }
  }

  #join(inner: Socket, outer: Socket): void {
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true).pipe(to);
      from
        .once('error', () => to.destroy())
        .once('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
    }
  }
}
