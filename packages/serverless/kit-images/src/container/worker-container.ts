import type { Socket } from 'node:net';
import { type Invocation, type PluginLogger, type ShippedModule, WorkerLostError } from '@lithops/core/plugin';
import type { PoolRun } from '@lithops/worker/pool';
import { type RemoteRun, WorkerConnection } from '@lithops/worker/remote';
import type Docker from 'dockerode';
import { type Engine, engineMessage, isUnreachable } from '../engine/index.ts';
import { attachContainer } from './attach-container.ts';
import { AttachedOutput } from './attached-output.ts';
import { containerDeath } from './container-death.ts';
import type { ContainerSpec } from './container-spec.ts';
import { DirectChannel } from './direct-channel.ts';
import { lostError } from './lost-error.ts';
import { removeContainer } from './remove-container.ts';

const STDERR_TAIL_CHARS = 2000;
/** How often a container that says nothing is asked for a sign of life, in ms. */
const HEARTBEAT_MS = 5000;
/** One that has been silent for so long is given up, in ms; a paused one at once when it is seen. */
const MOST_SILENCE_MS = 60_000;

interface ContainerParts {
  readonly engine: Engine;
  readonly container: Docker.Container;
  readonly image: string;
  readonly logger: PluginLogger;
  readonly user: string | undefined;
}

/** A container of ours at work. */
export class WorkerContainer {
  /** Who it runs as, `uid:gid`; undefined: the image's own user. */
  readonly user: string | undefined;
  readonly #engine: Engine;
  readonly #container: Docker.Container;
  readonly #image: string;
  readonly #startedAt = Date.now();
  readonly #connection: WorkerConnection;
  readonly #logger: PluginLogger;
  #channel: DirectChannel | undefined;
  #stderr = '';
  #asking = false;

  private constructor({ engine, container, image, logger, user }: ContainerParts, socket: Socket) {
    this.user = user;
    this.#engine = engine;
    this.#container = container;
    this.#image = image;
    this.#logger = logger;
    this.#connection = new WorkerConnection({
      input: socket,
      output: socket,
      unwrap: (onStdout) => {
        const attached = new AttachedOutput(onStdout, (piece) => {
          this.#stderr = (this.#stderr + piece.toString()).slice(-STDERR_TAIL_CHARS);
        });
        return (chunk) => attached.push(chunk);
      },
      toError: lostError,
      explainEnd: () => this.#death(),
      silence: { everyMs: HEARTBEAT_MS, onSilent: (silentMs) => void this.#lookWhetherPaused(silentMs) },
    });
  }

  /**
   * Makes a container, puts the worker into it, attaches to it and starts it.
   * @param image What the user calls it.
   * @throws what the engine says
   */
  static async start(
    engine: Engine,
    image: string,
    spec: ContainerSpec,
    logger: PluginLogger,
  ): Promise<WorkerContainer> {
    const { container, name, stream } = await attachContainer(engine, spec);
    const worker = new WorkerContainer({ engine, container, image, logger, user: spec.user }, stream);
    try {
      if (spec.channel !== undefined)
        worker.#channel = new DirectChannel(spec.channel, worker.#connection, {
          size: spec.processes,
          toError: lostError,
        });
      await container.start();
      logger.debug(`container ${name} of ${image} was started`);
      return worker;
    } catch (error) {
      await worker.close().catch(() => {}); // why it did not start matters more
      throw error;
    }
  }

  get size(): number {
    return this.#channel?.size ?? this.#connection.size;
  }

  /** Whether nothing stands between its processes and us. */
  get isDirect(): boolean {
    return this.#channel !== undefined;
  }

  get usable(): boolean {
    return this.#connection.usable;
  }

  /** Resolves with the version of Node in it. Rejects when it ends before it tells. */
  async nodeFacts(): Promise<{ readonly nodeVersion: string; readonly platform: string; readonly arch: string }> {
    return this.#connection.ready;
  }

  /** Goes through the engine where its processes do not reach us; before anything is run, when it has answered. */
  async chooseWay(): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined || (await channel.works(this.#logger))) return;
    this.#channel = undefined;
    void channel.close().catch(() => {}); // swept later
  }

  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): PoolRun | RemoteRun {
    return (this.#channel ?? this.#connection).run(invocation, module, signal);
  }

  /** What it has written to stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Ends it; resolves when it is gone, or when its engine is: its workers end with the connection, and what is left is swept later. */
  async close(): Promise<void> {
    const channel = this.#channel?.close();
    this.#connection.close();
    const removed = removeContainer(this.#container).catch((error: unknown) => {
      if (!isUnreachable(error)) throw error;
      this.#logger.debug(
        `the engine went away before a container of ${this.#image} was removed: ${engineMessage(error)}`,
      );
    });
    await Promise.all([removed, channel]);
  }

  async #death(): Promise<Error> {
    const death = await containerDeath(this.#engine, this.#container, {
      since: this.#startedAt,
      stderr: this.#stderr,
      image: this.#image,
    });
    await this.#channel?.leave().catch(() => {}); // swept later
    // It may be there still, when only the connection broke.
    await removeContainer(this.#container).catch(() => {});
    return death;
  }

  async #lookWhetherPaused(silentMs: number): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const { State } = await this.#container.inspect();
      if (State.Paused) this.#giveUp('was paused from outside; it cannot answer, and is given up', 'unpause it sooner');
      else if (silentMs > MOST_SILENCE_MS)
        this.#giveUp(
          `has been silent for ${Math.round(silentMs / 1000)} s, and is given up`,
          'see what keeps its CPUs',
        );
    } catch {
      // Gone, or the engine is: the end of the connection tells.
    } finally {
      this.#asking = false;
    }
  }

  #giveUp(why: string, hint: string): void {
    const error = new WorkerLostError(`container ${this.#container.id.slice(0, 12)} of ${this.#image} ${why}`, {
      hint,
    });
    this.#connection.fail(error);
    void this.#channel?.leave().catch(() => {}); // swept later
    void removeContainer(this.#container).catch(() => {}); // swept later
  }
}
