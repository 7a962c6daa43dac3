import { availableParallelism } from 'node:os';
import {
  type CallEvent,
  type ComputeBackend,
  ConfigError,
  type Invocation,
  type InvocationRun,
  type InvokeOptions,
  LithopsError,
  type PluginContext,
  RuntimeNotFoundError,
  unlessAborted,
} from '@lithops/core/plugin';
import {
  containerUser,
  removeLeftoverChannels,
  removeLeftovers,
  startContainer,
  type WorkerContainer,
} from '@lithops/kit-images/container';
import { Engine, ensureImage, findEngine, type ImageFacts } from '@lithops/kit-images/engine';
import type { DockerConfig } from './config.ts';
import { containerPlan } from './container-plan.ts';
import { ImageCatalog } from './image/image-catalog.ts';
import { mountedFolders } from './mounted-folders.ts';

/** A container that is being started, or runs. */
interface Place {
  readonly container: Promise<WorkerContainer>;
  started: WorkerContainer | undefined;
  /** Invocations that wait for its start. */
  waiting: number;
}

/** Runs invocations in containers of an image: started when first needed, kept until the backend is disposed, replaced when they end. */
export class DockerBackend implements ComputeBackend {
  readonly runtimes: ImageCatalog;
  readonly #engine: Engine;
  readonly #config: DockerConfig;
  readonly #context: PluginContext;
  readonly #processes: number;
  readonly #places = new Set<Place>();
  #image: Promise<ImageFacts> | undefined;
  #sweep: Promise<void> | undefined;
  /** Whether containers may be reached directly: not, once it was in vain. */
  #direct: boolean;
  /** What will be no better the next time. */
  #refusal: LithopsError | undefined;
  #closed = false;

  private constructor(engine: Engine, config: DockerConfig, context: PluginContext) {
    this.#engine = engine;
    this.#config = config;
    this.#context = context;
    this.#processes = containerPlan(config, availableParallelism()).processesPerContainer;
    // Sockets of another kernel cannot be reached: that of a virtual machine, say.
    this.#direct = config.channel !== 'attach' && engine.isLocal && process.platform === 'linux';
    this.runtimes = new ImageCatalog(engine, config, context, (image) => this.#start(image));
  }

  /** Nothing is asked of the engine yet. @throws ConfigError */
  static open(config: DockerConfig, context: PluginContext): DockerBackend {
    return new DockerBackend(new Engine(findEngine(config.dockerHost)), config, context);
  }

  invoke(invocation: Invocation, options: InvokeOptions): InvocationRun {
    const started = this.#freePlace()?.started;
    return started === undefined || this.#refusal !== undefined
      ? this.#runWhenStarted(invocation, options)
      : started.run(invocation, options.module, options.signal);
  }

  #runWhenStarted(invocation: Invocation, { module, signal }: InvokeOptions): InvocationRun {
    let run: ReturnType<WorkerContainer['run']> | undefined;
    const events = async function* (this: DockerBackend): AsyncGenerator<CallEvent> {
      if (this.#refusal !== undefined) throw this.#refusal;
      const place = this.#freePlace() ?? this.#open();
      place.waiting++;
      try {
        const container = await unlessAborted(place.container, signal);
        run = container.run(invocation, module, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      } finally {
        place.waiting--;
      }
      if (run !== undefined) yield* run;
    }.call(this);
    return {
      recall: (calls) => run?.recall(calls),
      running: () => run?.running(),
      [Symbol.asyncIterator]: () => events,
    };
  }

  prewarm(count: number): void {
    for (let workers = 0; workers < count; workers += this.#processes) this.#open().container.catch(() => {}); // told by the calls
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(
      [...this.#places].map(async ({ container }) => {
        const started = await container.catch(() => undefined); // told by the calls that needed it
        await started?.close();
      }),
    );
    await this.#sweep;
  }

  /** A place in a container with a process to spare: one that runs, if there is one. */
  #freePlace(): Place | undefined {
    let starting: Place | undefined;
    for (const place of this.#places) {
      const { started, waiting } = place;
      if (started?.usable === false) this.#places.delete(place);
      else if (waiting + (started?.size ?? 0) >= this.#processes) continue;
      else if (started !== undefined) return place;
      else starting ??= place;
    }
    return starting;
  }

  #open(): Place {
    const place: Place = { container: this.#start(this.#runtime()), started: undefined, waiting: 0 };
    this.#places.add(place);
    place.container.then(
      (container) => {
        place.started = container;
        this.#sweep ??= this.#sweepLeftovers();
      },
      (error: unknown) => {
        this.#places.delete(place);
        if (error instanceof RuntimeNotFoundError || error instanceof ConfigError) this.#refusal = error;
        else this.#image = undefined;
      },
    );
    return place;
  }

  async #start(image: string): Promise<WorkerContainer> {
    const { logger, signal, executorId, storageFolders = [] } = this.#context;
    const own = image === this.#config.runtime;
    const facts = own ? this.#ownImage(image) : ensureImage(this.#engine, image, this.#config, { logger, signal });
    const found = await facts;
    const folders = await mountedFolders(storageFolders, this.#engine, logger);
    const user = await containerUser(this.#config, this.#engine, found);
    const direct = own && this.#direct;
    const spec = { image: found, config: this.#config, executorId, processes: this.#processes, user, folders, direct };
    const container = await startContainer(this.#engine, image, spec, logger);
    if (direct && !container.isDirect) this.#direct = false;
    if (!this.#closed || !own) return container;
    await container.close();
    throw new LithopsError('the executor was closed', 'CANCELLED');
  }

  async #sweepLeftovers(): Promise<void> {
    const { logger } = this.#context;
    const failed = (error: unknown) => logger.warn(`what others left could not be looked for: ${String(error)}`);
    await Promise.all([
      removeLeftovers(this.#engine.docker, logger).catch(failed),
      removeLeftoverChannels().catch(failed),
    ]);
  }

  #ownImage(image: string): Promise<ImageFacts> {
    this.#image ??= ensureImage(this.#engine, image, this.#config, this.#context);
    return this.#image;
  }

  #runtime(): string {
    const { runtime } = this.#config;
    if (runtime !== undefined) return runtime;
    throw new ConfigError('the Docker environment needs an image: there is no default', {
      hint: "set runtime, for example 'node:24-slim', or build one: lithops runtime build NAME",
    });
  }
}
