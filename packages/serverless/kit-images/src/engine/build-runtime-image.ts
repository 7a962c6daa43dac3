import { ConfigError, type ImageReference, type PluginLogger, parseImageReference } from '@lithops/core/plugin';
import { pack } from 'tar-stream';
import type { ConfiguredLogin } from '../credentials/registry-login.ts';
import { contentTag, digestOf } from '../image/digest.ts';
import { nodePath } from '../image/node-path.ts';
import type { RuntimeImage } from '../image/runtime-image.ts';
import { WORKER_LABEL, workerDefaults } from '../image/worker-defaults.ts';
import { WORKER_FOLDER, type WorkerCompanions, workerArchive } from '../worker/worker-archive.ts';
import { workerLayer } from '../worker/worker-layer.ts';
import { type BuildContext, buildContext, type DockerfileSource } from './build-context.ts';
import { buildFromDockerfile } from './build-from-dockerfile.ts';
import { checkNode } from './check-node.ts';
import type { Engine } from './engine.ts';
import { engineError, statusOf } from './engine-errors.ts';
import { ensureImage } from './ensure-image.ts';
import { pushImage } from './push-image.ts';
import { LAYER_FILE, workerDockerfile } from './worker-dockerfile.ts';

export interface RuntimeBuildRequest {
  /** What to build: a Dockerfile, which needs to know nothing of Lithops; or an image that the engine has or can pull. */
  readonly from: DockerfileSource | { readonly image: string };
  /** What it is to be called, without a tag: `registry.example.com/team/runtimes`. */
  readonly repository: string;
  /** Further tags for it. The one by its content it has in any case. */
  readonly tags?: readonly string[];
  /** `linux/arm64`. Default: the engine's own. */
  readonly platform?: string;
  /** What the platform wants to stand beside the worker. */
  readonly companions?: WorkerCompanions;
  /** For one registry. For others, and where it is absent: what `docker login` has stored. */
  readonly login?: ConfiguredLogin;
  /** Registries, as image names begin, that are spoken to without TLS; those on this machine are in any case. */
  readonly insecureRegistries?: readonly string[];
  /** `engine`: it stays there, for clusters that share it. Default: it is pushed. */
  readonly destination?: 'registry' | 'engine';
  /** Builds again, with newer images from registries, even if the same was built before. */
  readonly fresh?: boolean;
  /** Told what is built and sent, a piece at a time. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

const RUNTIME_LABEL = 'lithops.runtime';

/**
 * Has an engine build an image with the worker in its last layer, and push it. Its tag is that of what it is built from: the
 * Dockerfile, the files beside it, the platform, the worker. Where the same is in the registry already nothing is built or pushed.
 * @throws ConfigError when there is no Dockerfile or a registry does not allow it; InvocationError with the last lines of a
 *   build that failed, or when engine or registry are not reached; RuntimeNotFoundError when there is no Node that will do in it
 */
export async function buildRuntimeImage(engine: Engine, request: RuntimeBuildRequest): Promise<RuntimeImage> {
  const { repository, tags = [], destination = 'registry', fresh = false, onOutput } = request;
  const place = referenceOf(repository);
  const source = await openSource(engine, request);
  const { digest: layer } = await workerLayer(request.companions);
  const inputs = digestOf(JSON.stringify([source.digest, request.platform ?? '', layer]));
  const name = `${place.registry}/${place.repository}`;
  const target = { ...place, tag: contentTag(inputs) };
  const tagged = `${name}:${target.tag}`;
  if (destination === 'engine') {
    const built = fresh || !(await isBuilt(engine, tagged, layer));
    if (built) await build(engine, tagged, source, request);
    for (const tag of tags) await engine.docker.getImage(tagged).tag({ repo: name, tag });
    const { Id } = await engine.docker.getImage(tagged).inspect();
    return { name: tagged, digest: Id, reference: tagged, pushed: built };
  }
  const { Registries } = await import('../registry/registries.ts');
  const { addTags, digestInRegistry } = await import('../registry/tagged-image.ts');
  await using registries = new Registries(request);
  const there = fresh ? undefined : await digestInRegistry(registries, target);
  if (there === undefined && (fresh || !(await isBuilt(engine, tagged, layer))))
    await build(engine, tagged, source, request);
  const digest = there ?? (await pushImage(engine, tagged, request));
  if (tags.length > 0) await addTags(registries, target, tags);
  onOutput?.(`${tagged} ${there === undefined ? 'is in its registry' : 'is there already'}\n`);
  return { name: tagged, digest, reference: `${name}@${digest}`, pushed: there === undefined };
}

/** What is built from: a context, or an image that is there. */
interface Source {
  readonly digest: string;
  readonly context?: BuildContext;
  readonly image?: string;
}

async function openSource(engine: Engine, request: RuntimeBuildRequest): Promise<Source> {
  const { from, platform, login, onOutput, signal = new AbortController().signal } = request;
  if ('file' in from) {
    const context = await buildContext(from);
    return { digest: await context.digest(), context };
  }
  const logger = outputLogger(onOutput);
  const { id } = await ensureImage(engine, from.image, { ...login, platform }, { logger, signal });
  return { digest: id, image: from.image };
}

async function build(engine: Engine, name: string, source: Source, request: RuntimeBuildRequest): Promise<void> {
  const { platform, fresh, onOutput, signal } = request;
  if (source.context === undefined) {
    await addWorker(engine, name, source.image ?? name, request);
    return;
  }
  const without = `${name}-base`;
  await buildFromDockerfile(engine, {
    name: without,
    context: source.context,
    platform,
    fresh,
    onOutput,
    signal,
  });
  try {
    await addWorker(engine, name, without, request);
  } finally {
    // Its layers stay: they are those of the image.
    await engine.docker.getImage(without).remove({ noprune: true });
  }
}

/** A layer on top, whatever the image is; nothing of how it was built matters. */
async function addWorker(engine: Engine, name: string, base: string, request: RuntimeBuildRequest): Promise<void> {
  const { platform, companions, onOutput, signal } = request;
  const { digest } = await workerLayer(companions);
  const { Config } = await engine.docker.getImage(base).inspect();
  const { Env, Entrypoint, Cmd, User, ExposedPorts, Labels } = Config;
  const defaults = workerDefaults(
    { Env, Cmd, User, ExposedPorts: ExposedPorts ?? null, Labels, Entrypoint: [Entrypoint ?? []].flat() },
    digest,
  );
  const archive = await workerArchive(`${WORKER_FOLDER.slice(1)}/`, companions);
  const dockerfile = workerDockerfile(base, {
    ...defaults,
    Labels: { [RUNTIME_LABEL]: 'true', [WORKER_LABEL]: digest },
  });
  const context = {
    dockerfile: 'Dockerfile',
    archive: () => {
      const tar = pack();
      tar.entry({ name: 'Dockerfile' }, dockerfile);
      tar.entry({ name: LAYER_FILE }, archive);
      tar.finalize();
      return tar as unknown as NodeJS.ReadableStream; // of streamx, which pipes as Node's do
    },
  };
  await buildFromDockerfile(engine, { name, context, platform, signal });
  try {
    await checkNode(engine, { image: name, name: request.repository, path: nodePath(defaults), platform, onOutput });
  } catch (error) {
    await engine.docker.getImage(name).remove();
    throw error;
  }
}

async function isBuilt(engine: Engine, name: string, layer: string): Promise<boolean> {
  try {
    const { Config } = await engine.docker.getImage(name).inspect();
    return Config.Labels?.[WORKER_LABEL] === layer;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw engineError(error, `image ${name} could not be looked up`, engine.address);
  }
}

function outputLogger(onOutput: ((text: string) => void) | undefined): PluginLogger {
  const write = (message: string) => onOutput?.(`${message}\n`);
  return { debug: () => {}, info: write, warn: write, error: write };
}

function referenceOf(repository: string): ImageReference {
  const reference = parseImageReference(repository);
  if (reference !== undefined) return reference;
  throw new ConfigError(`'${repository}' is no name of an image`, {
    hint: 'a name like registry.example.com/team/name is expected',
  });
}
