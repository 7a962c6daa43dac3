import {
  type BuiltRuntime,
  type PluginContext,
  type PluginLogger,
  parseImageReference,
  type Runtime,
  type RuntimeBuildOptions,
  type RuntimeCatalog,
  type RuntimeDeployOptions,
  type RuntimeInfo,
  RuntimeNotFoundError,
} from '@lithops/core/plugin';
import type { Cluster } from './cluster/cluster.ts';
import { deployRuntime } from './deploy-runtime.ts';
import { buildRuntime, runtimeImage } from './runtime-image.ts';
import type { KnativeService } from './service/knative-service.ts';
import {
  MEMORY_ANNOTATION,
  RUNTIME_ANNOTATION,
  RUNTIME_LABELS,
  selectorOf,
  TIMEOUT_ANNOTATION,
} from './service/labels.ts';
import type { KnativeSettings } from './settings.ts';

/** The services of runtimes in a namespace, found by their labels, whoever deployed them. */
export class RuntimeServices implements RuntimeCatalog {
  readonly #cluster: Cluster;
  readonly #settings: KnativeSettings;
  readonly #context: PluginContext;

  constructor(cluster: Cluster, settings: KnativeSettings, context: PluginContext) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#context = context;
  }

  /** Builds an image from a Dockerfile and puts it into its registry with the worker in it; without one, the default image. */
  build({ name }: Runtime, options: RuntimeBuildOptions): Promise<BuiltRuntime> {
    return buildRuntime(this.#settings, name, options);
  }

  async deploy(runtime: Runtime, options: RuntimeDeployOptions): Promise<RuntimeInfo> {
    const { name, memory = this.#settings.runtimeMemory, timeout } = runtime;
    const signal =
      options.signal === undefined ? this.#context.signal : AbortSignal.any([this.#context.signal, options.signal]);
    const logger = telling(this.#context.logger, options.onOutput);
    const settings = timeout === undefined ? this.#settings : { ...this.#settings, runtimeTimeout: timeout };
    const image = await runtimeImage(settings, name, { logger, signal });
    const request = { cluster: this.#cluster, settings, runtime: name, image, memory, logger, signal };
    const { runs, info } = await deployRuntime(request);
    try {
      return await info();
    } finally {
      await runs[Symbol.asyncDispose]();
    }
  }

  async list(): Promise<readonly Runtime[]> {
    return (await this.#services()).map(runtimeOf);
  }

  /** Without `memory`: those of every size. @throws RuntimeNotFoundError */
  async delete(runtime: Runtime): Promise<void> {
    const services = await this.#find(runtime);
    await Promise.all(services.map(({ metadata }) => this.#cluster.deleteService(metadata.name)));
  }

  /** Asks a worker of a runtime that is deployed. @throws RuntimeNotFoundError */
  async info(runtime: Runtime): Promise<RuntimeInfo> {
    const [service] = await this.#find(runtime);
    return this.deploy(service === undefined ? runtime : runtimeOf(service), {});
  }

  async #find(runtime: Runtime): Promise<readonly KnativeService[]> {
    const services = await this.#services();
    const found = services.filter((service) => {
      const { name, memory } = runtimeOf(service);
      return isSameImage(name, runtime.name) && (runtime.memory === undefined || memory === runtime.memory);
    });
    if (found.length > 0) return found;
    throw new RuntimeNotFoundError(`no runtime ${runtime.name} is deployed in namespace ${this.#cluster.namespace}`, {
      hint: 'see lithops runtime list -b knative',
    });
  }

  #services(): Promise<readonly KnativeService[]> {
    return this.#cluster.listServices(selectorOf(RUNTIME_LABELS));
  }
}

/** What is told to the log is told to whoever waits for it, too. */
function telling(logger: PluginLogger, onOutput: RuntimeDeployOptions['onOutput']): PluginLogger {
  if (onOutput === undefined) return logger;
  return { ...logger, info: (message) => onOutput(`${message}\n`) };
}

function runtimeOf({ metadata }: KnativeService): Runtime {
  const { [RUNTIME_ANNOTATION]: name = metadata.name, ...annotations } = metadata.annotations ?? {};
  const [memory, timeout] = [annotations[MEMORY_ANNOTATION], annotations[TIMEOUT_ANNOTATION]].map(Number);
  return { name, ...(memory && { memory }), ...(timeout && { timeout }) };
}

/** `node` is `docker.io/library/node:latest`. */
function isSameImage(one: string, other: string): boolean {
  const [a, b] = [parseImageReference(one), parseImageReference(other)];
  if (a === undefined || b === undefined) return one === other;
  const name = (each: typeof a) => [each.registry, each.repository, each.digest ?? each.tag ?? 'latest'].join('/');
  return name(a) === name(b);
}
