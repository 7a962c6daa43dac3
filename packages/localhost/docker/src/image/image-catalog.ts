import {
  type PluginContext,
  type Runtime,
  type RuntimeBuildOptions,
  type RuntimeCatalog,
  type RuntimeInfo,
  RuntimeNotFoundError,
} from '@lithops/core/plugin';
import { PROTOCOL_VERSION } from '@lithops/worker/protocol';
import type { DockerConfig } from '../config.ts';
import { readDockerConfig } from '../engine/docker-config-file.ts';
import type { Engine } from '../engine/engine.ts';
import { engineError, engineMessage, statusOf } from '../engine/engine-errors.ts';
import type { WorkerContainer } from '../worker-container.ts';
import { buildContext } from './build-context.ts';
import { ensureImage } from './ensure-image.ts';
import { followProgress } from './follow-progress.ts';
import { registryCredentials } from './registry-credentials.ts';

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
  async build({ name }: Runtime, options: RuntimeBuildOptions): Promise<void> {
    const { context, dockerfile } = await buildContext(options);
    const { platform } = this.#config;
    let last = '';
    try {
      const stream = await this.#engine.docker.buildImage(context, {
        t: name,
        dockerfile,
        labels: { [RUNTIME_LABEL]: 'true' },
        registryconfig: await storedLogins(),
        ...(platform !== undefined && { platform }),
        ...(options.signal !== undefined && { abortSignal: options.signal }),
      });
      await followProgress(stream, options.signal, (line) => {
        const text = line.stream ?? (line.status === undefined ? '' : `${line.status}\n`);
        if (text.trim() !== '') last = text.trim();
        options.onOutput?.(text);
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      const where = last === '' ? '' : ` after '${last}'`;
      throw engineError(
        new Error(engineMessage(error), { cause: error }),
        `${name} was not built${where}`,
        this.#engine.address,
      );
    }
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

/** A Dockerfile may begin with a private image. */
async function storedLogins(): Promise<Record<string, { readonly username: string; readonly password: string }>> {
  const stored = readDockerConfig();
  const servers = [...Object.keys(stored.auths ?? {}), ...Object.keys(stored.credHelpers ?? {})];
  const logins = await Promise.all(
    servers.map(async (server) => {
      const registry = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
      const login = await registryCredentials(
        { registry: registry === 'index.docker.io' ? 'docker.io' : registry },
        {},
        stored,
      );
      return login === undefined
        ? []
        : [[server, { username: login.username ?? '', password: login.password ?? '' }] as const];
    }),
  );
  return Object.fromEntries(logins.flat());
}
