import type { Invocation, PluginLogger, ShippedModule } from '@lithops/core/plugin';
import { type PoolRun, ProcessPool, type WorkerDied } from '@lithops/worker/pool';
import type { WorkerConnection } from '@lithops/worker/remote';
import type { ChannelFolder } from './channel-folder.ts';

/** How long processes may take to reach us when their supervisor has answered, in ms; it tells when they cannot. */
const PATIENCE_MS = 2000;

interface DirectPoolOptions {
  readonly size: number;
  readonly toError: (died: WorkerDied) => unknown;
}

/** The way past the engine: worker processes that are connected to us, in a container that shares a folder with us. */
export class DirectChannel {
  readonly #folder: ChannelFolder;
  readonly #pool: ProcessPool;

  /** Has a first process started. @param size processes at once */
  constructor(folder: ChannelFolder, connection: WorkerConnection, { size, toError }: DirectPoolOptions) {
    this.#folder = folder;
    this.#pool = new ProcessPool({ size, command: folder.processes.startedBy(connection), toError });
    this.#pool.prewarm(1);
  }

  /** Whether processes reach us; told when the supervisor has answered, or a moment later. */
  async works(logger: PluginLogger): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, `nobody came within ${PATIENCE_MS} ms`);
    });
    const refusal = await Promise.race([this.#folder.processes.refusal, late]);
    clearTimeout(timer);
    logger.debug(
      refusal === undefined
        ? 'the processes of the container are connected directly'
        : `the container does not reach us directly, all goes through the engine: ${refusal}`,
    );
    return refusal === undefined;
  }

  get size(): number {
    return this.#pool.busy;
  }

  run(invocation: Invocation, module: ShippedModule, signal: AbortSignal): PoolRun {
    return this.#pool.run(invocation, module, signal);
  }

  /** Nothing more is run; resolves when its processes have ended, as they do with the connection, and the folder is gone. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.leave()]);
  }

  /** Gives up the folder; what is connected stays so. */
  async leave(): Promise<void> {
    await this.#folder.remove();
  }
}
