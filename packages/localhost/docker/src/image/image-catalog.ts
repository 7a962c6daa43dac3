import {
  type BuiltRuntime,
  type PluginContext,
  type Runtime,
  type RuntimeBuildOptions,
  type RuntimeCatalog,
  type RuntimeInfo,
  RuntimeNotFoundError,
} from '@lithops/core/plugin';
import type { WorkerContainer } from '@lithops/kit-images/container';
import {
  buildContext,
  buildFromDockerfile,
  type Engine,
  engineError,
  ensureImage,
  statusOf,
} from '@lithops/kit-images/engine';
import { PROTOCOL_VERSION } from '@lithops/worker/protocol';
import type { DockerConfig } from '../config.ts';
import { DEFAULT_DOCKERFILE } from '../default-dockerfile.ts';

/** On images that were built here. */
const RUNTIME_LABEL = 'lithops.runtime';

/** The images of an engine that were built as runtimes. */
export class ImageCatalog implements RuntimeCatalog {
  readonly #engine: Engine;
  readonly #config: DockerConfig;
  readonly #context: PluginContext;
  readonly #start: (image: string) => Promise<WorkerContainer>;

  constructor(
    engine: Engine,
    config: DockerConfig,
    context: PluginContext,
    start: (image: string) => Promise<WorkerContainer>,
  ) {
    this.#engine = engine;
    this.#config = config;
    this.#context = context;
    this.#start = start;
  }

  /** Builds an image from a Dockerfile, by default the one of this package. @throws InvocationError with what the build said last */
  async build({ name }: Runtime, options: RuntimeBuildOptions): Promise<BuiltRuntime> {
    const { file = DEFAULT_DOCKERFILE, context, fresh, onOutput, signal } = options;
    await buildFromDockerfile(this.#engine, {
      name,
      context: await buildContext({ file, context }),
      labels: { [RUNTIME_LABEL]: 'true' },
      platform: this.#config.platform,
      fresh,
      onOutput,
      signal,
    });
    return { name, built: true };
  }

  /** Has the image at hand, and runs it once. */
  async deploy(runtime: Runtime, options: { readonly signal?: AbortSignal }): Promise<RuntimeInfo> {
    options.signal?.throwIfAborted();
    await ensureImage(this.#engine, runtime.name, this.#config, this.#context);
    return this.info(runtime);
  }

  async list(): Promise<readonly Runtime[]> {
    try {
      const images = await this.#engine.docker.listImages({ filters: JSON.stringify({ label: [RUNTIME_LABEL] }) });
      return images.flatMap(({ RepoTags }) => (RepoTags ?? []).map((name) => ({ name })));
    } catch (error) {
      throw engineError(error, 'the images could not be listed', this.#engine.address);
    }
  }

  /** @throws RuntimeNotFoundError; InvocationError when it is in use */
  async delete({ name }: Runtime): Promise<void> {
    try {
      await this.#engine.docker.getImage(name).remove();
    } catch (error) {
      if (statusOf(error) === 404)
        throw new RuntimeNotFoundError(`there is no image ${name}`, { hint: 'see lithops runtime list', cause: error });
      throw engineError(error, `image ${name} could not be deleted`, this.#engine.address);
    }
  }

  /** Asks a worker in a container of the image. */
  async info({ name }: Runtime): Promise<RuntimeInfo> {
    const container = await this.#start(name);
    try {
      const { nodeVersion, platform, arch } = await container.nodeFacts();
      return { nodeVersion: nodeVersion.replace(/^v/, ''), workerVersion: String(PROTOCOL_VERSION), platform, arch };
    } finally {
      await container.close();
    }
  }
}
